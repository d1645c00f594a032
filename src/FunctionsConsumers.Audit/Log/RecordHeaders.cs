using System.Text;
using Confluent.Kafka;

namespace FunctionsConsumers.Audit.Log;

/// <summary>
/// The audit's own reading of the rules that depend on a record's headers (docs/orders.md). Where a header is repeated, the
/// last one counts.
/// </summary>
internal static class RecordHeaders
{
    private const int LongestKey = 1_000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>For which groups a record is meant, a bit for each; null where its <c>redrive-group</c> names none of them.</summary>
    /// <param name="headers">The headers; null for none.</param>
    /// <param name="groups">The groups, at most 32.</param>
    /// <returns>The groups.</returns>
    public static uint? MeantFor(Headers? headers, IReadOnlyList<string> groups)
    {
        var redrive = headers?.LastOrDefault(header => header.Key == "redrive-group");
        if (redrive is null)
        {
            return uint.MaxValue;
        }

        var name = Text(redrive.GetValueBytes() ?? []);
        for (var group = 0; group < groups.Count; group++)
        {
            if (groups[group] == name)
            {
                return 1U << group;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether the headers give a key that is too long. A key from the value cannot be: no text in it is longer than a key
    /// may be.
    /// </summary>
    /// <param name="headers">The headers; null for none.</param>
    /// <returns>Whether they do.</returns>
    public static bool GiveTooLongAKey(Headers? headers)
    {
        if (Last(headers, "idempotency-key") is { Length: > 0 } key)
        {
            return LengthOf(key) > LongestKey;
        }

        if (Last(headers, "ce_source") is { Length: > 0 } source && Last(headers, "ce_id") is { Length: > 0 } id)
        {
            return LengthOf(source) + 1 + LengthOf(id) > LongestKey;
        }

        return Last(headers, "message-id") is { } message && LengthOf(message) > LongestKey;
    }

    private static byte[]? Last(Headers? headers, string name) => headers?.LastOrDefault(header => header.Key == name)?.GetValueBytes();

    // Bytes that are no UTF-8 are written as a mark and two hex digits for each.
    private static int LengthOf(byte[] bytes) => Text(bytes)?.Length ?? 1 + (2 * bytes.Length);

    private static string? Text(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
