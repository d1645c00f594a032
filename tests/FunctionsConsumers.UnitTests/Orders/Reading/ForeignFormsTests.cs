using System.IO.Compression;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.UnitTests.Orders.Reading;

/// <summary>What is no order for its form gets a dead letter that names the form.</summary>
public sealed class ForeignFormsTests
{
    private const string Order = """{"order_id":"1","product":"Laptop"}""";

    private static readonly byte[] OrderBytes = Encoding.UTF8.GetBytes(Order);

    public static TheoryData<byte[], string> Bytes => new()
    {
        { [0, 0, 0, 4, 210, .. OrderBytes], "a schema registry's framing, schema id 1234:" },
        { [0, 0, 0, 0, 7, 2, 6, 0x31, 0xC8, 0x01], "a schema registry's framing, schema id 7:" },
        { Compress(stream => new GZipStream(stream, CompressionLevel.Fastest)), "compressed with gzip" },
        { Compress(stream => new ZLibStream(stream, CompressionLevel.Optimal)), "compressed with zlib" },
        { [0x28, 0xB5, 0x2F, 0xFD, 0x24, 0x23, 0x99], "compressed with zstd" },
        { [0x04, 0x22, 0x4D, 0x18, 0x64, 0x40, 0xA7], "compressed with lz4" },
        { Encoding.Unicode.GetBytes(Order), "UTF-16" },
        { [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Order)], "UTF-16" },
        { Encoding.BigEndianUnicode.GetBytes(Order), "UTF-16" },
        { [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Order)], "UTF-16" },
        { [.. Encoding.UTF32.Preamble, .. Encoding.UTF32.GetBytes(Order)], "UTF-32" },
        { "Obj\u0001"u8.ToArray(), "an Avro file" },
        { " <order id='1'/>"u8.ToArray(), "XML" },
    };

    [Theory]
    [MemberData(nameof(Bytes))]
    public void Bytes_that_are_no_json_are_called_what_they_are(byte[] value, string kind)
    {
        var rejection = Rejected(value);
        Assert.Equal("not-json", rejection.Reason);
        Assert.Contains(kind, rejection.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/shop","type":"order","data":{"order_id":"1","product":"Laptop"}}""",
        "a CloudEvent in structured mode")]
    [InlineData(
        """{"before":null,"after":{"order_id":"1","product":"Laptop"},"source":{},"op":"c","ts_ms":1}""", "a change event of Debezium")]
    [InlineData("""{"schema":{"type":"struct"},"payload":{"order_id":"1","product":"Laptop"}}""", "Kafka Connect's JSON with a schema")]
    [InlineData("""[{"order_id":"1","product":"Laptop"}]""", "a JSON array")]
    [InlineData("""  "{\"order_id\":\"1\"}" """, "serialized twice")]
    [InlineData("17", "JSON, but no object")]
    public void An_envelope_around_an_order_is_called_what_it_is(string value, string kind)
    {
        var rejection = Rejected(Encoding.UTF8.GetBytes(value));
        Assert.Equal("not-an-order", rejection.Reason);
        Assert.Contains(kind, rejection.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_order_with_an_envelopes_property_is_an_order() =>
        Assert.Equal("1", Decoding.Order(
            """{"specversion":"1.0","schema":{},"payload":{},"op":"c","before":null,"order_id":"1","product":"Laptop"}""").OrderId);

    [Theory]
    [InlineData("""{"product":"Laptop","op":"c"}""")]
    [InlineData("""{"product":"Laptop","payload":{"op":"c","before":null}}""")]
    public void An_object_that_is_no_envelope_is_told_what_it_lacks(string value) =>
        Assert.StartsWith("The value has no order_id", Rejected(Encoding.UTF8.GetBytes(value)).Detail, StringComparison.Ordinal);

    private static Rejection Rejected(byte[] value) => Decoding.Decoder.Decode(Decoding.Record(value)).Rejection!;

    private static byte[] Compress(Func<Stream, Stream> compress)
    {
        using var bytes = new MemoryStream();
        using (var compressing = compress(bytes))
        {
            compressing.Write(OrderBytes);
        }

        return bytes.ToArray();
    }
}
