using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.UnitTests.LocalHost.Logging;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Kafka;

public sealed class BatchDeliveryTests
{
    private readonly ObservedTime _time = new();
    private readonly RecordedLog _log = new();
    private readonly AssignedPartitions _assigned = new();
    private readonly List<TopicPartitionOffset> _stored = [];
    private readonly List<string[]> _calls = [];

    [Fact]
    public async Task The_offset_behind_the_last_record_of_each_partition_is_stored_after_success()
    {
        Assign(0, 1);
        var batch = Batch((0, 4), (1, 7), (0, 5), (1, 8), (1, 9));
        await Delivery(null, failures: 0).DeliverAsync(batch, CancellationToken.None);
        Assert.Equal([At(0, 6), At(1, 10)], _stored.OrderBy(offset => offset.Partition.Value));
        Assert.Equal([["0:4", "1:7", "0:5", "1:8", "1:9"]], _calls);
    }

    [Fact]
    public async Task A_failed_batch_is_delivered_again_after_a_growing_wait_and_nothing_is_stored_before_it_succeeds()
    {
        Assign(0);
        var delivered = Delivery(null, failures: 7).DeliverAsync(Batch((0, 1), (0, 2)), CancellationToken.None);
        foreach (var wait in new[] { 100, 200, 400, 800, 1600, 2000, 2000 })
        {
            Assert.Equal(TimeSpan.FromMilliseconds(wait), await _time.UntilWaitingAsync());
            Assert.Empty(_stored);
            _time.Advance(TimeSpan.FromMilliseconds(wait));
        }

        await delivered;
        Assert.Equal(8, _calls.Count);
        Assert.All(_calls, call => Assert.Equal(["0:1", "0:2"], call));
        Assert.Equal([At(0, 3)], _stored);
    }

    [Fact]
    public async Task A_failure_that_lasts_is_logged_once_with_its_exception_and_the_success_after_it_with_the_attempts()
    {
        Assign(0);
        var delivered = Delivery(null, failures: 4).DeliverAsync(Batch((0, 1)), CancellationToken.None);
        for (var retry = 0; retry < 4; retry++)
        {
            await _time.UntilWaitingAsync();
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        await delivered;
        Assert.Single(_log.Lines, line => line.Contains("Exception", StringComparison.Ordinal));
        Assert.Single(_log.Lines, line => line.Contains("is handled, at attempt 5", StringComparison.Ordinal));
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public async Task A_finite_number_of_attempts_passes_the_batch_over_when_they_are_used_up()
    {
        Assign(0);
        var delivered = Delivery(new PassOver(3, "there were three"), failures: int.MaxValue)
            .DeliverAsync(Batch((0, 1)), CancellationToken.None);
        for (var retry = 0; retry < 2; retry++)
        {
            await _time.UntilWaitingAsync();
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        await delivered;
        Assert.Equal(3, _calls.Count);
        Assert.Equal([At(0, 2)], _stored);
    }

    [Fact]
    public async Task A_single_attempt_passes_the_batch_over_at_the_first_failure()
    {
        Assign(0);
        await Delivery(new PassOver(1, "one is enough"), failures: int.MaxValue).DeliverAsync(Batch((0, 1)), CancellationToken.None);
        Assert.Single(_calls);
        Assert.Equal([At(0, 2)], _stored);
    }

    [Fact]
    public async Task A_partition_that_went_during_the_batch_does_not_keep_the_others_from_being_stored()
    {
        Assign(0, 1, 2);
        var batch = Batch((0, 1), (1, 1), (2, 1));
        _assigned.Remove([new TopicPartition("t", 0)]);
        await Delivery(null, failures: 0).DeliverAsync(batch, CancellationToken.None);
        Assert.Equal([At(1, 2), At(2, 2)], _stored.OrderBy(offset => offset.Partition.Value));
    }

    [Fact]
    public async Task An_offset_that_the_client_refuses_does_not_keep_the_others_from_being_stored()
    {
        Assign(0, 1);
        var delivery = new BatchDelivery("f", null, (_, _) => Task.CompletedTask, _assigned, Store, _time, _log);
        await delivery.DeliverAsync(Batch((0, 1), (1, 1)), CancellationToken.None);
        Assert.Equal([At(1, 2)], _stored);

        void Store(TopicPartitionOffset offset)
        {
            if (offset.Partition == 0)
            {
                throw new KafkaException(ErrorCode.Local_State);
            }

            _stored.Add(offset);
        }
    }

    [Fact]
    public async Task A_partition_that_went_and_came_back_during_the_batch_is_not_stored()
    {
        Assign(0);
        var batch = Batch((0, 1));
        _assigned.Remove([new TopicPartition("t", 0)]);
        Assign(0);
        await Delivery(null, failures: 0).DeliverAsync(batch, CancellationToken.None);
        Assert.Empty(_stored);
    }

    [Fact]
    public async Task Records_of_a_partition_that_has_gone_are_left_out_of_the_next_attempt()
    {
        Assign(0, 1);
        var delivered = Delivery(null, failures: 1).DeliverAsync(Batch((0, 1), (1, 1)), CancellationToken.None);
        await _time.UntilWaitingAsync();
        _assigned.Remove([new TopicPartition("t", 0)]);
        _time.Advance(TimeSpan.FromSeconds(1));
        await delivered;
        Assert.Equal(["1:1"], _calls[^1]);
        Assert.Equal([At(1, 2)], _stored);
    }

    [Fact]
    public async Task A_batch_whose_partitions_have_all_gone_is_given_up()
    {
        Assign(0);
        var delivered = Delivery(null, failures: int.MaxValue).DeliverAsync(Batch((0, 1)), CancellationToken.None);
        await _time.UntilWaitingAsync();
        _assigned.Remove([new TopicPartition("t", 0)]);
        _time.Advance(TimeSpan.FromSeconds(1));
        await delivered;
        Assert.Single(_calls);
        Assert.Empty(_stored);
    }

    [Fact]
    public async Task A_cancelled_batch_ends_without_another_attempt_and_stores_nothing()
    {
        Assign(0);
        using var cancel = new CancellationTokenSource();
        var delivered = Delivery(null, failures: int.MaxValue).DeliverAsync(Batch((0, 1)), cancel.Token);
        await _time.UntilWaitingAsync();
        await cancel.CancelAsync();
        await delivered;
        Assert.Single(_calls);
        Assert.Empty(_stored);
    }

    [Fact]
    public async Task A_record_is_handed_over_with_its_key_value_headers_and_timestamp()
    {
        Assign(0);
        ConsumedRecord? given = null;
        var delivery = new BatchDelivery(
            "f", null, (records, _) => { given = records[0]; return Task.CompletedTask; }, _assigned, _stored.Add, _time, _log);
        var record = Record(0, 3);
        record.Message.Key = [1, 0xff];
        record.Message.Value = [2];
        record.Message.Timestamp = new Timestamp(1_700_000_000_123, TimestampType.CreateTime);
        record.Message.Headers = new Headers { { "a", [7] }, { "a", null }, { "b", [] } };
        await delivery.DeliverAsync([ReadRecord.Of(record, record.TopicPartition, 1)], CancellationToken.None);

        Assert.NotNull(given);
        Assert.Equal(("t", 0, 3L), (given.Coordinates.Topic, given.Coordinates.Partition, given.Coordinates.Offset));
        Assert.Equal([1, 0xff], given.Key);
        Assert.Equal([2], given.Value);
        Assert.Equal(1_700_000_000_123, given.Timestamp?.ToUnixTimeMilliseconds());
        Assert.Equal([("a", "07"), ("a", null), ("b", "")],
            given.Headers.Select(header => (header.Name, header.Value is { } value ? Convert.ToHexString(value) : null)));
    }

    private static TopicPartitionOffset At(int partition, long offset) => new("t", partition, offset);

    private static ConsumeResult<byte[], byte[]> Record(int partition, long offset) => new()
    {
        Topic = "t",
        Partition = partition,
        Offset = offset,
        Message = new Message<byte[], byte[]>(),
    };

    private void Assign(params int[] partitions) => _assigned.Add(partitions.Select(partition => new TopicPartition("t", partition)));

    private ReadRecord[] Batch(params (int Partition, long Offset)[] records) =>
        [.. records.Select(record => ReadRecord.Of(
            Record(record.Partition, record.Offset),
            new TopicPartition("t", record.Partition),
            _assigned.AssignmentOf(new TopicPartition("t", record.Partition))!.Value))];

    private BatchDelivery Delivery(PassOver? passOver, int failures)
    {
        return new BatchDelivery("f", passOver, Call, _assigned, _stored.Add, _time, _log);

        Task Call(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
        {
            _calls.Add([.. records.Select(record => $"{record.Coordinates.Partition}:{record.Coordinates.Offset}")]);
            return _calls.Count <= failures ? Task.FromException(new InvalidOperationException("no")) : Task.CompletedTask;
        }
    }
}
