using System.Globalization;
using System.Text.Json;

namespace Azure.Data.Tables.Entities;

/// <summary>Writes entities as the service takes them: JSON, with annotations for the types that JSON has not.</summary>
internal static class EntityWriter
{
    private const string Annotation = "@odata.type";

    // A property's name is at most 255 characters long; longer ones are refused by the service, not here.
    private const int NameOnStack = 255 + 11;

    /// <summary>Writes an entity, its ETag and its timestamp left out: the service sets them.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="entity">The entity.</param>
    /// <exception cref="NotSupportedException">A value has a type that a table does not know.</exception>
    public static void Write(Utf8JsonWriter json, TableEntity entity)
    {
        json.WriteStartObject();
        foreach (var (name, value) in entity.Properties)
        {
            if (name is not (TableEntity.ETagName or TableEntity.TimestampName))
            {
                WriteProperty(json, name, value);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>The entity as the kind this client writes.</summary>
    /// <exception cref="NotSupportedException">It is of a type of its own.</exception>
    public static TableEntity Require(ITableEntity entity) =>
        entity as TableEntity ?? throw new NotSupportedException($"{entity.GetType()} cannot be written: the stand-in of Azure.Data.Tables writes {nameof(TableEntity)} only.");

    private static void WriteProperty(Utf8JsonWriter json, string name, object value)
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
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case long number:
                WriteInt64(json, name, number);
                break;
            case ulong number:
                WriteInt64(json, name, (long)number);
                break;
            case double number:
                WriteDouble(json, name, number);
                break;
            case float number:
                json.WriteNumber(name, number);
                break;
            case decimal number:
                json.WriteNumber(name, number);
                break;
            case Guid guid:
                json.WriteString(name, guid);
                Annotate(json, name, "Edm.Guid"u8);
                break;
            case DateTimeOffset instant:
                WriteInstant(json, name, instant.UtcDateTime);
                break;
            case DateTime { Kind: DateTimeKind.Utc } instant:
                WriteInstant(json, name, instant);
                break;
            case DateTime instant:
                throw new NotSupportedException($"DateTime {instant.ToString(CultureInfo.InvariantCulture)} has a Kind of {instant.Kind}. Azure SDK requires it to be UTC. You can call DateTime.SpecifyKind to change Kind property value to DateTimeKind.Utc.");
            case byte[] bytes:
                json.WriteBase64String(name, bytes);
                Annotate(json, name, "Edm.Binary"u8);
                break;
            case BinaryData bytes:
                json.WriteBase64String(name, bytes.ToMemory().Span);
                Annotate(json, name, "Edm.Binary"u8);
                break;
            case Enum:
                throw new NotSupportedException("Enum values are only supported for custom model types implementing ITableEntity.");
            default:
                throw new NotSupportedException($"Not supported type {value.GetType()}");
        }
    }

    private static void WriteInt64(Utf8JsonWriter json, string name, long number)
    {
        Span<byte> digits = stackalloc byte[20];
        number.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        json.WriteString(name, digits[..length]);
        Annotate(json, name, "Edm.Int64"u8);
    }

    private static void WriteDouble(Utf8JsonWriter json, string name, double number)
    {
        if (double.IsNaN(number))
        {
            json.WriteString(name, "NaN"u8);
        }
        else
        {
            json.WriteNumber(name, number);
        }

        Annotate(json, name, "Edm.Double"u8);
    }

    private static void WriteInstant(Utf8JsonWriter json, string name, DateTime instant)
    {
        Span<byte> text = stackalloc byte[33];
        instant.TryFormat(text, out var length, "O", CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
        Annotate(json, name, "Edm.DateTime"u8);
    }

    private static void Annotate(Utf8JsonWriter json, string name, ReadOnlySpan<byte> type)
    {
        if (name.Length > NameOnStack - Annotation.Length)
        {
            json.WriteString(name + Annotation, type);
            return;
        }

        Span<char> annotation = stackalloc char[NameOnStack];
        name.CopyTo(annotation);
        Annotation.CopyTo(annotation[name.Length..]);
        json.WriteString(annotation[..(name.Length + Annotation.Length)], type);
    }
}
