using System.Globalization;
using System.Text.Json;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Tables;

/// <summary>A row as it travels: JSON, with annotations for the types that JSON has not.</summary>
/// <param name="PartitionKey">The partition key.</param>
/// <param name="RowKey">The row key.</param>
/// <param name="Columns">The columns, with the types of a <see cref="Row" />.</param>
internal sealed record Entity(string PartitionKey, string RowKey, IReadOnlyDictionary<string, object> Columns)
{
    private const string TypeOf = "@odata.type";
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffffffZ";

    /// <summary>Reads what the client sends.</summary>
    public static Entity Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var columns = new Dictionary<string, object>(StringComparer.Ordinal);
        var (partitionKey, rowKey) = ("", "");
        foreach (var property in document.RootElement.EnumerateObject())
        {
            switch (property.Name)
            {
                case nameof(PartitionKey):
                    partitionKey = property.Value.GetString()!;
                    break;
                case nameof(RowKey):
                    rowKey = property.Value.GetString()!;
                    break;
                case var name when !name.EndsWith(TypeOf, StringComparison.Ordinal):
                    var isAnnotated = document.RootElement.TryGetProperty(name + TypeOf, out var type);
                    columns[name] = Value(property.Value, isAnnotated ? type.GetString() : null);
                    break;
            }
        }

        return new Entity(partitionKey, rowKey, columns);
    }

    /// <summary>Writes a row of an answer. A column that was asked for and is not there is null.</summary>
    public static void Write(Utf8JsonWriter json, Row row, IReadOnlyList<string>? columns)
    {
        json.WriteStartObject();
        json.WriteString("odata.etag", ETag(row.ETag));
        json.WriteString(nameof(PartitionKey), row.PartitionKey);
        json.WriteString(nameof(RowKey), row.RowKey);
        foreach (var name in columns ?? [.. row.Columns.Keys])
        {
            if (name is not (nameof(PartitionKey) or nameof(RowKey)))
            {
                Write(json, name, row.Columns.GetValueOrDefault(name));
            }
        }

        json.WriteEndObject();
    }

    /// <summary>A version as it stands in a header.</summary>
    public static string ETag(string version) => $"W/\"{version}\"";

    /// <summary>The model's version of a row.</summary>
    public static string VersionOf(string etag) => etag.StartsWith("W/\"", StringComparison.Ordinal) ? etag[3..^1] : etag;

    private static object Value(JsonElement value, string? type) => (value.ValueKind, type) switch
    {
        (JsonValueKind.String, "Edm.Int64") => long.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        (JsonValueKind.String, "Edm.DateTime") =>
            DateTimeOffset.Parse(value.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        (JsonValueKind.String, "Edm.Binary") => value.GetBytesFromBase64(),
        (JsonValueKind.String, null) => value.GetString()!,
        (JsonValueKind.Number, "Edm.Double") => value.GetDouble(),
        (JsonValueKind.Number, null) => value.GetInt32(),
        (JsonValueKind.True or JsonValueKind.False, null) => value.GetBoolean(),
        _ => throw new NotSupportedException($"The modelled service does not know a {value.ValueKind} of type {type}."),
    };

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case string text:
                json.WriteString(name, text);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case long number:
                json.WriteString(name + TypeOf, "Edm.Int64");
                json.WriteString(name, number.ToString(CultureInfo.InvariantCulture));
                break;
            case byte[] bytes:
                json.WriteString(name + TypeOf, "Edm.Binary");
                json.WriteBase64String(name, bytes);
                break;
            case DateTimeOffset time:
                json.WriteString(name + TypeOf, "Edm.DateTime");
                json.WriteString(name, time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
                break;
            default:
                throw new NotSupportedException($"The modelled service does not know a column of type {value.GetType()}.");
        }
    }
}
