using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

/// <summary>Consumers that keep nothing but keys, and resends by the thousand.</summary>
public sealed class ResendsTests
{
    private static readonly TimeSpan Request = TimeSpan.FromMilliseconds(50);

    [Theory]
    [InlineData(10_000, 100, 1)]
    [InlineData(10_000, 100, 16)]
    [InlineData(1_000, 1, 1)]
    public async Task Thousands_of_resends_settle_in_one_delivery_at_50_ms_a_request(int resends, int orders, int buckets)
    {
        var group = KeysOnly(buckets: buckets, deadline: TimeSpan.FromSeconds(20));
        await group.ProcessAsync([.. Enumerable.Range(0, orders).Select(i => Record(i, $"s{i}|1"))]);
        group.Store.Latency = Request;
        var before = group.Time.GetUtcNow();
        var outcome = await group.ProcessAsync(
            [.. Enumerable.Range(0, resends).Select(i => Record(orders + i, $"s{i % orders}|1", partition: i % 3))]);
        Assert.Equal((0, resends, 0, 0), outcome.Counts());
        Assert.True(group.Time.GetUtcNow() - before < TimeSpan.FromSeconds(15), $"It took {group.Time.GetUtcNow() - before}.");
        Assert.All(group.Rows("key!"), row => Assert.All(Enumerable.Range(0, 3).Where(_ => orders % 3 != 0),
            partition => Assert.Contains($"topic:{partition}:", row.Text("SeenAt"), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_row_is_prolonged_once_with_the_highest_offset_of_each_partition()
    {
        var group = KeysOnly();
        await group.ProcessAsync(Record(0, "a|1"));
        var submits = group.Store.Submits;
        await group.ProcessAsync(Record(5, "a|1"), Record(9, "a|2"), Record(3, "a|1", partition: 1), Record(7, "a|1"));
        Assert.Equal("topic:0:9,topic:1:3", Assert.Single(group.Rows("key!a")).Text("SeenAt"));

        // The insert that fails, the note, and the conflict's dead letter.
        Assert.Equal(submits + 3, group.Store.Submits);
    }

    [Fact]
    public async Task What_a_delivery_has_settled_costs_the_next_one_no_writing()
    {
        var table = new MemoryTableStore();
        ConsumedRecord[] records = [.. Enumerable.Range(0, 50).Select(i => Record(i, $"s{i % 5}|1"))];
        await KeysOnly(table).ProcessAsync(records);
        var rows = KeysOnly(table).Rows("key!");
        var group = KeysOnly(table);
        Assert.Equal((0, 50, 0, 0), (await group.ProcessAsync(records)).Counts());
        Assert.Equal(1, group.Store.Submits);
        Assert.Equal(rows.Select(row => row.ETag), group.Rows("key!").Select(row => row.ETag));
    }

    [Fact]
    public async Task A_redelivery_that_comes_late_prolongs_the_row()
    {
        var table = new MemoryTableStore();
        await KeysOnly(table).ProcessAsync(Record(0, "a|1"), Record(1, "a|1"));
        var group = KeysOnly(table);
        group.Time.Advance(TimeSpan.FromMinutes(11));
        await group.ProcessAsync(Record(1, "a|1"));
        Assert.Equal(group.Time.GetUtcNow(), Assert.Single(group.Rows("key!a")).Columns["ProlongedAt"]);
    }

    [Fact]
    public async Task A_refused_prolongation_does_not_count()
    {
        var group = KeysOnly();
        await group.ProcessAsync(Record(0, "a|1"));
        var refused = 0;
        group.Store.Before = (_, _, operations) =>
            operations.Any(operation => operation.Kind == RowOperationKind.Merge) && ++refused <= 4
                ? new SubmitResult(SubmitStatus.Refused, [], "400")
                : null;
        Assert.Equal(1, (await group.ProcessAsync(Record(1, "a|1"))).Duplicates);
        Assert.Equal("topic:0:1", Assert.Single(group.Rows("key!a")).Text("SeenAt"));
    }

    [Fact]
    public async Task A_prolongation_whose_answer_was_lost_is_found_in_the_row()
    {
        var group = KeysOnly();
        await group.ProcessAsync(Record(0, "a|1"));
        var note = group.Store.Submits + 2;
        group.Store.After = (number, result) => number == note ? new SubmitResult(SubmitStatus.Unknown, [], "timed out") : result;
        Assert.Equal(1, (await group.ProcessAsync(Record(1, "a|1"))).Duplicates);
        Assert.Equal(note, group.Store.Submits);
    }

    [Fact]
    public async Task One_row_that_another_owner_keeps_changing_does_not_keep_the_others()
    {
        var group = KeysOnly();
        await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|1"));
        var together = 0;
        group.Store.Before = (_, bucket, operations) =>
        {
            if (operations.All(operation => operation.Kind == RowOperationKind.Merge) && operations.Count > 1)
            {
                together++;
                var row = Assert.Single(group.Rows("key!a"));
                group.Store.Inner.Submit(
                    bucket, [RowOperation.Merge(row.RowKey, new Dictionary<string, object> { ["x"] = together }, row.ETag)]);
            }

            return null;
        };
        Assert.Equal(2, (await group.ProcessAsync(Record(2, "a|1"), Record(3, "b|1"))).Duplicates);
        Assert.Equal(2, together);
    }

    [Fact]
    public async Task What_a_row_keeps_of_its_sightings_has_a_bound_and_past_it_the_row_stays_for_good()
    {
        var group = KeysOnly();
        await group.ProcessAsync(Record(0, "a|1"));
        for (var partition = 0; partition < 3000; partition += 100)
        {
            await group.ProcessAsync([.. Enumerable.Range(partition, 100).Select(i => Record(1_000_000, "a|1", partition: i))]);
        }

        var row = Assert.Single(group.Rows("key!a"));
        Assert.True(row.Text("SeenAt")!.Length <= Sightings.MaxLength);
        Assert.True(Sightings.Cover(row.Text("SeenAt"), new Coordinates("topic", 2999, 1_000_000)));
        Assert.DoesNotContain(Sightings.TryRead(row.Text("SeenAt"))!, place => place.Topic == "topic");
    }

    [Fact]
    public async Task Sightings_that_another_version_wrote_in_another_way_stop_no_record_and_keep_the_row()
    {
        var group = KeysOnly();
        await group.ProcessAsync(Record(0, "a|1"));
        var row = Assert.Single(group.Rows("key!a"));
        group.Store.Inner.Submit(
            row.PartitionKey, [RowOperation.Merge(row.RowKey, new Dictionary<string, object> { ["SeenAt"] = "{\"v\":3}" }, row.ETag)]);
        Assert.Equal(1, (await group.ProcessAsync(Record(1, "a|1"))).Duplicates);
        Assert.True(Sightings.Cover(Assert.Single(group.Rows("key!a")).Text("SeenAt"), new Coordinates("any", 1, 1)));
    }

    private static TestGroup KeysOnly(MemoryTableStore? table = null, int buckets = 1, TimeSpan? deadline = null) =>
        new(new CountedConsumer(effectKind: null), table, buckets, deadline);
}
