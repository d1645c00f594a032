using System.Text;
using System.Text.Json;

namespace FunctionsConsumers.Operations.Stories;

/// <summary>The ids in what is no order, as far as it can be read: of JSON that breaks off, what stands before the break counts.</summary>
internal static class MentionedIds
{
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads them.</summary>
    /// <param name="value">A record's value.</param>
    /// <returns>What it gives as <c>order_id</c> and as <c>event_id</c>, numbers as their digits.</returns>
    public static IReadOnlyList<string> Of(byte[]? value)
    {
        List<string> ids = [];
        try
        {
            var json = new Utf8JsonReader(value ?? [], Lenient);
            while (json.Read())
            {
                if (json is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
                {
                    var isId = json.ValueTextEquals("order_id"u8) || json.ValueTextEquals("event_id"u8);
                    if (json.Read() && isId && Text(ref json) is { } id)
                    {
                        ids.Add(id);
                    }
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // What stood before the break counts.
        }

        return ids;
    }

    private static string? Text(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.String => json.GetString(),
        JsonTokenType.Number => Encoding.UTF8.GetString(json.ValueSpan),
        _ => null,
    };
}
