using FunctionsConsumers.Cli.Outbox;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations.Outbox;

namespace FunctionsConsumers.UnitTests.Operations.Outbox;

public sealed class OutboxChangesTests
{
    private readonly MemoryTableStore _store = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_name_has_its_outcome_and_counts_once()
    {
        Insert("parked", OutboxRows.Parked);
        Insert("waiting", OutboxRows.Waiting);
        Insert("claimed", OutboxRows.Claimed);

        var changes = await OutboxChanges.ByIdAsync(
            await ReadAsync(), ["parked", "nobody", "waiting", "PARKED", "claimed"], OutboxChanges.ResendAsync, Cancellation);

        Assert.Equal([("parked", "resent"), ("nobody", "unknown"), ("waiting", "waiting"), ("claimed", "claimed")],
            changes.Select(change => (change.Id, change.Outcome)));
        Assert.Equal([true, false, true, false], changes.Select(change => change.IsGood));
        Assert.Equal(("waiting", "waiting", "claimed"), (StateOf("parked"), StateOf("waiting"), StateOf("claimed")));
    }

    [Fact]
    public async Task What_is_parked_or_waits_is_dropped_and_what_may_be_under_way_is_not()
    {
        Insert("parked", OutboxRows.Parked);
        Insert("waiting", OutboxRows.Waiting);
        Insert("claimed", OutboxRows.Claimed);

        var changes = await OutboxChanges.DropAsync(await ReadAsync(), Cancellation);

        Assert.Equal(["claimed", "dropped", "dropped"],
            changes.OrderBy(change => change.Id, StringComparer.Ordinal).Select(change => change.Outcome));
        Assert.Equal("claimed", Assert.Single(_store.Rows()).Text(OutboxRows.State));
    }

    [Fact]
    public async Task Messages_that_share_a_row_are_dropped_by_their_names()
    {
        _store.Submit("b000",
            OutboxRows.Inserts(new Parcel("test",
            [.. "one two three".Split(' ').Select(id => new OutboxMessage(id, "test", "group", id, [1], DateTimeOffset.UnixEpoch))])));

        var changes = await OutboxChanges.ByIdAsync(await ReadAsync(), ["three", "one"], OutboxChanges.DropAsync, Cancellation);

        Assert.Equal([("three", "dropped"), ("one", "dropped")], changes.Select(change => (change.Id, change.Outcome)));
        Assert.Equal("two", Assert.Single(await ReadAsync()).Entry.Id);
    }

    [Fact]
    public async Task What_changed_or_left_after_it_was_read_is_said_so()
    {
        Insert("changed", OutboxRows.Parked);
        Insert("gone", OutboxRows.Parked);
        var read = await ReadAsync();
        var rows = _store.Rows("b000").ToDictionary(row => row.RowKey);
        _store.Submit("b000", [
            RowOperation.Merge(OutboxRows.RowKeyOf("changed"), new Dictionary<string, object> { [OutboxRows.Detail] = "looked at" },
            rows[OutboxRows.RowKeyOf("changed")].ETag),
            RowOperation.Delete(OutboxRows.RowKeyOf("gone"), rows[OutboxRows.RowKeyOf("gone")].ETag)]);

        var changes = await OutboxChanges.ResendAsync(read, Cancellation);

        Assert.Equal(["changed", "gone"], changes.Select(change => change.Outcome));
        Assert.DoesNotContain(changes, change => change.IsGood);
    }

    [Theory]
    [InlineData("resent")]
    [InlineData("dropped")]
    [InlineData("waiting")]
    [InlineData("claimed")]
    [InlineData("changed")]
    [InlineData("gone")]
    [InlineData("unknown")]
    public void Every_outcome_is_one_line_that_names_the_message(string outcome)
    {
        var line = new ChangedMessage("1f", "billing", outcome).Line();
        Assert.Contains("1f", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(119, "119 s")]
    [InlineData(120, "2 min")]
    [InlineData(7_199, "119 min")]
    [InlineData(7_200, "2 h")]
    [InlineData(172_800, "2 d")]
    public void An_age_is_told_in_the_largest_unit_of_which_it_has_two(long seconds, string age) =>
        Assert.Equal(age, OutboxRow.Age(seconds));

    private async Task<List<FoundMessage>> ReadAsync()
    {
        var outbox = new OutboxByHand("group", _store, new Buckets(1), TimeProvider.System);
        return await outbox.ListAsync(Cancellation).Select(entry => new FoundMessage(entry, outbox)).ToListAsync(Cancellation);
    }

    private string? StateOf(string id) => _store.Rows("b000").Single(row => row.RowKey == OutboxRows.RowKeyOf(id)).Text(OutboxRows.State);

    private void Insert(string id, string state)
    {
        var inserted = _store.Submit(
            "b000", OutboxRows.Inserts(new Parcel("test", [new OutboxMessage(id, "test", "group", id, [1], DateTimeOffset.UnixEpoch)])));
        _store.Submit("b000",
            [RowOperation.Merge(OutboxRows.RowKeyOf(id), new Dictionary<string, object> { [OutboxRows.State] = state },
            inserted.ETags[0]!)]);
    }
}
