using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace FunctionsConsumers.Orders.Reading;

/// <summary>
/// Recognizes what producers send in the place of an order's JSON when they are set up otherwise: another encoding, a
/// serializer's framing, an envelope. It decides nothing: such a value is rejected anyway, and here it gets its name.
/// </summary>
internal static class ForeignForms
{
    private const int FramingLength = 5;

    /// <summary>Says what bytes are that are no JSON in UTF-8. Null if they are nothing that is known.</summary>
    public static string? OfBytes(ReadOnlySpan<byte> value) => value switch
    {
        [0x1F, 0x8B, ..] => Compressed("gzip"),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Compressed("zstd"),
        [0x04, 0x22, 0x4D, 0x18, ..] => Compressed("lz4"),
        [0x78, 0x01 or 0x9C or 0xDA, ..] => Compressed("zlib"),
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] => "The value is UTF-32: write the order as JSON in UTF-8.",
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [(byte)'{' or (byte)'[', 0, ..] or [0, (byte)'{' or (byte)'[', 0, ..] =>
            "The value is UTF-16: write the order as JSON in UTF-8.",
        [(byte)'O', (byte)'b', (byte)'j', 1, ..] => "The value is an Avro file: write the order as JSON.",
        [0, ..] when value.Length > FramingLength => string.Create(CultureInfo.InvariantCulture,
            $"The value begins with a schema registry's framing, schema id "
            + $"{BinaryPrimitives.ReadUInt32BigEndian(value[1..FramingLength])}: write plain JSON, with a serializer that knows no "
            + $"registry."),
        _ when value.TrimStart(" \t\r\n"u8) is [(byte)'<', ..] => "The value is XML or HTML: write the order as one JSON object.",
        _ => null,
    };

    /// <summary>Says what a JSON value is that is no object.</summary>
    public static string OfNoObject(ReadOnlySpan<byte> value) => value.TrimStart(" \t\r\n"u8) switch
    {
        [(byte)'[', ..] => "The value is a JSON array: send each order in a record of its own, as one JSON object.",
        [(byte)'"', ..] => "The value is a JSON string, so it was serialized twice or is no order: write the order as one JSON object.",
        _ => "The value is JSON, but no object: write the order as one JSON object.",
    };

    /// <summary>Says what an object without an order's id is. Null if it is nothing that is known.</summary>
    public static string? OfObject(ReadOnlySpan<byte> value)
    {
        var names = Names.None;
        var json = new Utf8JsonReader(value, new JsonReaderOptions { MaxDepth = value.Length + 1 });
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            names |= NameOf(json.ValueSpan);
            json.Skip();
        }

        if (names.HasFlag(Names.SpecVersion))
        {
            return "The value is a CloudEvent in structured mode: send it in binary mode, with the order alone as the value and its "
                + "attributes as headers (ce_id, ce_source).";
        }

        if (names.HasFlag(Names.Op) && (names & (Names.Before | Names.After)) != 0)
        {
            return "The value is a change event of Debezium, with the row in its envelope: unwrap it with the transform "
                + "ExtractNewRecordState, and write the order as the value.";
        }

        return names.HasFlag(Names.Schema | Names.Payload)
            ? "The value is Kafka Connect's JSON with a schema: set value.converter.schemas.enable=false, unwrap a Debezium envelope, and "
                + "write the order as the value."
            : null;
    }

    private static string Compressed(string how) =>
        $"The value is compressed with {how} by itself: write it as JSON, and let the producer's compression.type compress.";

    private static Names NameOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("specversion"u8) ? Names.SpecVersion
        : name.SequenceEqual("op"u8) ? Names.Op
        : name.SequenceEqual("before"u8) ? Names.Before
        : name.SequenceEqual("after"u8) ? Names.After
        : name.SequenceEqual("schema"u8) ? Names.Schema
        : name.SequenceEqual("payload"u8) ? Names.Payload : Names.None;

    [Flags]
    private enum Names
    {
        None = 0,
        SpecVersion = 1,
        Op = 1 << 1,
        Before = 1 << 2,
        After = 1 << 3,
        Schema = 1 << 4,
        Payload = 1 << 5,
    }
}
