using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.UnitTests;

public sealed class KafkaRecordsTests : IBatchProcessor
{
    private IReadOnlyList<ConsumedRecord> _consumed = [];

    string IBatchProcessor.Group => "billing";

    [Fact]
    public async Task A_record_keeps_its_coordinates_bytes_and_headers()
    {
        var record = await ConsumeAsync(new KafkaRecord
        {
            Topic = "order-events",
            Partition = 3,
            Offset = 7,
            Key = [1],
            Value = [2, 3],
            Timestamp = new KafkaTimestamp { UnixTimestampMs = 1_700_000_000_123 },
            Headers = [new KafkaHeader { Key = "idempotency-key", Value = [4] }, new KafkaHeader { Key = "empty", Value = null! }],
        });

        Assert.Equal(new Coordinates("order-events", 3, 7), record.Coordinates);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123), record.Timestamp);
        Assert.Equal([1], record.Key);
        Assert.Equal([2, 3], record.Value);
        Assert.Equal(["idempotency-key", "empty"], record.Headers.Select(header => header.Name));
        Assert.Equal([4], record.LastHeader("idempotency-key"));
        Assert.Null(record.LastHeader("empty"));
    }

    [Fact]
    public async Task A_record_without_key_value_headers_and_timestamp_is_no_error()
    {
        var record = await ConsumeAsync(
            new KafkaRecord { Topic = "order-events", Key = null!, Value = null!, Headers = null!, Timestamp = null! });

        Assert.Null(record.Key);
        Assert.Null(record.Value);
        Assert.Empty(record.Headers);
        Assert.Null(record.Timestamp);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    public async Task A_timestamp_that_is_none_is_missing_and_not_1970(long milliseconds)
    {
        var record = await ConsumeAsync(
            new KafkaRecord { Topic = "order-events", Timestamp = new KafkaTimestamp { UnixTimestampMs = milliseconds } });

        Assert.Null(record.Timestamp);
    }

    [Theory]
    [InlineData(1, "1970-01-01T00:00:00.001Z")]
    [InlineData(long.MaxValue, "9999-12-31T23:59:59.999Z")]
    public async Task A_timestamp_that_no_calendar_holds_is_brought_into_it(long milliseconds, string expected)
    {
        var record = await ConsumeAsync(
            new KafkaRecord { Topic = "order-events", Timestamp = new KafkaTimestamp { UnixTimestampMs = milliseconds } });

        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), record.Timestamp);
    }

    Task<BatchOutcome> IBatchProcessor.ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
    {
        _consumed = records;
        return Task.FromResult(
            new BatchOutcome([.. records.Select(record => new RecordOutcome(record.Coordinates, RecordResult.Applied))]));
    }

    private async Task<ConsumedRecord> ConsumeAsync(KafkaRecord record)
    {
        await new BillingServiceConsumer(this).Run([record], TestContext.Current.CancellationToken);
        return Assert.Single(_consumed);
    }
}
