using System.Reflection;
using Google.Protobuf;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Core;

namespace FunctionsConsumers.UnitTests.StandIns;

/// <summary>
/// The converter that the trigger's attribute names, the stand-in's or the genuine one. Both have to make the same
/// records of the same bytes.
/// </summary>
public sealed class KafkaRecordConverterTests
{
    private const string Source = "AzureKafkaRecord";
    private const string ContentType = "application/x-protobuf";

    [Fact]
    public async Task A_record_has_what_the_host_wrote()
    {
        var record = await ReadAsync(Message(
            Text(1, "order-events"), Number(2, 3), Number(3, 5_000_000_000), Bytes(4, [1, 0xff]), Bytes(5, [2]),
            Part(6, Number(1, 1_700_000_000_123), Number(2, 1)), Part(7, Text(1, "a"), Bytes(2, [0xfe])), Part(
            7, Text(1, "a"), Bytes(2, [3]))));

        Assert.Equal(("order-events", 3, 5_000_000_000), (record.Topic, record.Partition, record.Offset));
        Assert.Equal([1, 0xff], record.Key);
        Assert.Equal([2], record.Value);
        Assert.Equal((1_700_000_000_123, KafkaTimestampType.CreateTime), (record.Timestamp.UnixTimestampMs, record.Timestamp.Type));
        Assert.Equal(["a", "a"], record.Headers.Select(header => header.Key));
        Assert.Equal([[0xfe], [3]], record.Headers.Select(header => header.Value));
    }

    [Fact]
    public async Task What_is_absent_is_null_and_what_is_empty_is_empty()
    {
        var absent = await ReadAsync(Message(Text(1, "t"), Part(7, Text(1, "h"))));
        var empty = await ReadAsync(Message(Text(1, "t"), Bytes(4, []), Bytes(5, []), Part(7, Text(1, "h"), Bytes(2, []))));

        Assert.Null(absent.Key);
        Assert.Null(absent.Value);
        Assert.Null(absent.Timestamp);
        Assert.Null(absent.Headers.Single().Value);
        Assert.Equal((0, 0L), (absent.Partition, absent.Offset));
        Assert.Empty(empty.Key);
        Assert.Empty(empty.Value);
        Assert.Empty(empty.Headers.Single().Value);
        Assert.Empty((await ReadAsync(Message(Text(1, "t")))).Headers);
    }

    [Fact]
    public async Task Fields_and_timestamps_that_are_not_known_are_passed_over()
    {
        var record = await ReadAsync(Message(Number(9, 4), Part(15, Text(1, "x")), Number(1, 7), Text(1, "t"),
            Part(6, Number(2, 9), Number(1, 5), Text(3, "y")), Part(7, Number(3, 1), Text(1, "h"))));

        Assert.Equal("t", record.Topic);
        Assert.Equal((5, KafkaTimestampType.NotAvailable), (record.Timestamp.UnixTimestampMs, record.Timestamp.Type));
        Assert.Equal("h", record.Headers.Single().Key);
    }

    [Fact]
    public async Task A_batch_is_an_array_in_its_order()
    {
        var batch = new Batch([Data(Message(Number(3, 7))), Data(Message(Number(3, 8)))]);

        var result = await ConvertAsync(batch, typeof(KafkaRecord[]));

        Assert.Equal(ConversionStatus.Succeeded, result.Status);
        Assert.Equal([7, 8], Assert.IsType<KafkaRecord[]>(result.Value).Select(record => record.Offset));
    }

    [Theory]
    [InlineData("another", ContentType)]
    [InlineData(Source, "application/json")]
    public async Task Data_of_another_kind_fails_rather_than_being_left_out(string source, string contentType)
    {
        var result = await ConvertAsync(
            new Batch([Data(Message(Number(3, 7))), new Datum(source, contentType, [])]), typeof(KafkaRecord[]));

        Assert.Equal(ConversionStatus.Failed, result.Status);
        Assert.Contains(source == Source ? contentType : source, result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_cut_off_fail()
    {
        var result = await ConvertAsync(Data(Message(Bytes(5, [1, 2, 3]))[..^1]), typeof(KafkaRecord));

        Assert.Equal(ConversionStatus.Failed, result.Status);
    }

    [Fact]
    public async Task Anything_else_is_left_to_the_workers_own_converters() =>
        Assert.Equal(ConversionStatus.Unhandled, (await ConvertAsync("text", typeof(string))).Status);

    private static async Task<KafkaRecord> ReadAsync(byte[] content)
    {
        var result = await ConvertAsync(Data(content), typeof(KafkaRecord));
        Assert.True(result.Status == ConversionStatus.Succeeded, result.Error?.ToString());
        return Assert.IsType<KafkaRecord>(result.Value);
    }

    private static async Task<ConversionResult> ConvertAsync(object source, Type target)
    {
        var type = typeof(KafkaTriggerAttribute).GetCustomAttribute<InputConverterAttribute>()!.ConverterType;
        var converter = (IInputConverter)Activator.CreateInstance(type, nonPublic: true)!;
        return await converter.ConvertAsync(new Conversion(source, target));
    }

    private static Datum Data(byte[] content) => new(Source, ContentType, content);

    private static byte[] Message(params ReadOnlySpan<byte[]> fields) => [.. fields.ToArray().SelectMany(field => field)];

    private static byte[] Text(int field, string text) =>
        Write(output => output.WriteTag(field, WireFormat.WireType.LengthDelimited), output => output.WriteString(text));

    private static byte[] Bytes(int field, byte[] bytes) =>
        Write(output => output.WriteTag(field, WireFormat.WireType.LengthDelimited),
            output => output.WriteBytes(ByteString.CopyFrom(bytes)));

    private static byte[] Number(int field, long number) =>
        Write(output => output.WriteTag(field, WireFormat.WireType.Varint), output => output.WriteInt64(number));

    private static byte[] Part(int field, params ReadOnlySpan<byte[]> fields) => Bytes(field, Message(fields));

    private static byte[] Write(Action<CodedOutputStream> tag, Action<CodedOutputStream> value)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes);
        tag(output);
        value(output);
        output.Flush();
        return bytes.ToArray();
    }

    private sealed class Conversion(object source, Type target) : ConverterContext
    {
        public override Type TargetType => target;

        public override object? Source => source;

        public override FunctionContext FunctionContext =>
            throw new NotSupportedException("A record's bytes are all that a conversion needs.");

        public override IReadOnlyDictionary<string, object> Properties { get; } = new Dictionary<string, object>();
    }

    private sealed class Datum(string source, string contentType, byte[] content) : ModelBindingData
    {
        public override string Version => "1.0";

        public override string Source => source;

        public override string ContentType => contentType;

        public override BinaryData Content => new(content);
    }

    private sealed class Batch(ModelBindingData[] data) : CollectionModelBindingData
    {
        public override ModelBindingData[] ModelBindingData => data;
    }
}
