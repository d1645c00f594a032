using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Azure.Data.Tables.Entities;

/// <summary>
/// Reads entities as the service sends them. One reader serves one answer: rows of a page have the same columns in the
/// same order, mostly, so the names of the row before are kept and compared before a new string is made.
/// </summary>
internal sealed class EntityReader
{
    private readonly List<string> _names = [];

    /// <summary>Reads an answer that is one entity.</summary>
    /// <param name="json">The answer.</param>
    /// <returns>The entity.</returns>
    public static TableEntity ReadOne(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return new EntityReader().ReadEntity(ref reader);
    }

    /// <summary>Reads an answer that is a page of entities.</summary>
    /// <param name="json">The answer, <c>{"odata.metadata":…,"value":[…]}</c>.</param>
    /// <returns>The entities, in the order of the answer.</returns>
    public static List<TableEntity> ReadPage(ReadOnlySpan<byte> json)
    {
        var page = new List<TableEntity>();
        var entities = new EntityReader();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPage = reader.ValueTextEquals("value"u8);
            reader.Read();
            if (!isPage)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                page.Add(entities.ReadEntity(ref reader));
            }
        }

        return page;
    }

    private TableEntity ReadEntity(ref Utf8JsonReader reader)
    {
        var entity = new TableEntity();
        var properties = entity.Properties;
        var position = 0;

        // The service puts an annotation before its property; the emulator has it behind. Both are taken.
        string? annotated = null;
        string? type = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name(ref reader, position++);
            reader.Read();
            var suffix = name.IndexOf("@odata.type", StringComparison.Ordinal);
            if (suffix > 0)
            {
                annotated = name[..suffix];
                type = reader.GetString();
                if (properties.TryGetValue(annotated, out var raw))
                {
                    properties[annotated] = Convert(raw, type!);
                    annotated = null;
                }
            }
            else if (name == TableEntity.TimestampName)
            {
                properties[name] = Instant(reader.GetString()!);
            }
            else if (name != "odata.metadata")
            {
                var value = Value(ref reader);
                properties[name] = name == annotated ? Convert(value!, type!) : value!;
            }
        }

        return entity;
    }

    private string Name(ref Utf8JsonReader reader, int position)
    {
        if (position < _names.Count)
        {
            if (!reader.ValueTextEquals(_names[position]))
            {
                _names[position] = reader.GetString()!;
            }
        }
        else
        {
            _names.Add(reader.GetString()!);
        }

        return _names[position];
    }

    private static object? Value(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetInt32(out var number) => number,
        JsonTokenType.Number when reader.TryGetInt64(out var number) => number,
        JsonTokenType.Number => reader.GetDouble(),
        _ => throw new NotSupportedException($"Not supported value kind {reader.TokenType}"),
    };

    private static object Convert(object raw, string type) => (type, raw) switch
    {
        // What has been told apart by its own kind already (the timestamp) stays.
        (_, null or DateTimeOffset) => raw!,
        ("Edm.Int64", string text) => long.Parse(text, CultureInfo.InvariantCulture),
        ("Edm.DateTime", string text) => Instant(text),
        ("Edm.Guid", string text) => Guid.Parse(text),
        ("Edm.Binary", string text) => System.Convert.FromBase64String(text),
        ("Edm.Double", string text) => double.Parse(text, CultureInfo.InvariantCulture),
        ("Edm.Double", int number) => (double)number,
        ("Edm.Double", long number) => (double)number,
        ("Edm.Double" or "Edm.String" or "Edm.Int32" or "Edm.Boolean", _) => raw,
        _ => throw new NotSupportedException("Not supported type " + type),
    };

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
