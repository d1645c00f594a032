using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;

public sealed class OutboxByHandTests
{
    private static readonly Buckets TwoBuckets = new(2);

    private readonly BentStore _store = new(new MemoryTableStore());
    private readonly ImpatientTime _time = new();
    private readonly OutboxByHand _hand;

    public OutboxByHandTests() => _hand = new OutboxByHand("group", _store, TwoBuckets, _time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_is_listed_with_its_state_and_why_it_is_there_whatever_the_number_of_its_rows()
    {
        Insert("b000", "one");
        Insert("b001", "two", OutboxRows.Parked, "refused: no such address");
        Insert("b001", "big", OutboxRows.Claimed, bytes: 2_500_000);

        var listed = (await ListAsync()).ToDictionary(entry => entry.Subject);

        Assert.Equal(3, listed.Count);
        Assert.Equal(("group", "test", "waiting", null),
            (listed["one"].Group, listed["one"].Kind, listed["one"].State, listed["one"].Detail));
        Assert.Equal((IdOf("two"), "parked", "refused: no such address"), (listed["two"].Id, listed["two"].State, listed["two"].Detail));
        Assert.Equal(("claimed", _time.GetUtcNow()), (listed["big"].State, listed["big"].CreatedAt));
    }

    [Fact]
    public async Task A_parked_message_is_sent_again_under_its_id_by_the_next_sweep_of_anyone()
    {
        Insert("b001", "one", OutboxRows.Parked, "in doubt");
        var sender = new CountingSender();
        using var outbox = Outbox(sender);
        await outbox.SweepAsync(Cancellation);
        Assert.Empty(sender.Ids);

        Assert.Equal(OutboxChange.Made, await _hand.ResendAsync(await SingleAsync(), Cancellation));
        await outbox.SweepAsync(Cancellation);

        Assert.Equal([IdOf("one")], sender.Ids);
        Assert.True(sender.WasTold);
        Assert.Empty(_store.Inner.Rows());
    }

    [Theory]
    [InlineData(OutboxRows.Waiting)]
    [InlineData(OutboxRows.Claimed)]
    public async Task Only_a_parked_message_is_sent_again_by_hand(string state)
    {
        Insert("b000", "one", state);
        var entry = await SingleAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => _hand.ResendAsync(entry, Cancellation));
    }

    [Fact]
    public async Task A_dropped_message_leaves_no_row_however_large_it_is()
    {
        Insert("b000", "other");
        Insert("b001", "big", OutboxRows.Parked, bytes: 2_500_000);
        Assert.Equal(OutboxChange.Made, await DropAsync((await ListAsync()).Single(entry => entry.Subject == "big")));
        Assert.Equal("other", (await SingleAsync()).Subject);
        Assert.Single(_store.Inner.Rows());
    }

    [Fact]
    public async Task Messages_that_share_a_row_are_listed_one_by_one_under_their_own_ids()
    {
        _store.Inner.Submit("b000", OutboxRows.Inserts(new Parcel("test", [Message("one"), Message("two")]), OutboxRows.Waiting, "away"));
        Assert.Single(_store.Inner.Rows());

        var listed = await ListAsync();

        Assert.Equal([(IdOf("one"), "one"), (IdOf("two"), "two")], listed.Select(entry => (entry.Id, entry.Subject)));
        Assert.All(listed,
            entry =>
            Assert.Equal(("test", "waiting", "away", _time.GetUtcNow()), (entry.Kind, entry.State, entry.Detail, entry.CreatedAt)));
    }

    [Theory]
    [InlineData("one", "three,two")]
    [InlineData("two", "one,three")]
    [InlineData("one,three", "two")]
    [InlineData("one,two,three", "")]
    public async Task Of_a_shared_row_only_those_dropped_are_gone_and_the_others_wait_on(string dropped, string left)
    {
        _store.Inner.Submit("b000", OutboxRows.Inserts(new Parcel("test", [Message("one"), Message("two"), Message("three")])));
        var entries = (await ListAsync()).Where(entry => dropped.Split(',').Contains(entry.Subject)).ToList();

        Assert.All(await _hand.DropAsync(entries, Cancellation), change => Assert.Equal(OutboxChange.Made, change));

        var listed = await ListAsync();
        Assert.Equal(left, string.Join(',', listed.Select(entry => entry.Subject).Order(StringComparer.Ordinal)));
        Assert.All(listed, entry => Assert.Equal((IdOf(entry.Subject), "waiting"), (entry.Id, entry.State)));
        var sender = new CountingSender();
        using var outbox = Outbox(sender);
        await outbox.SweepAsync(Cancellation);
        Assert.Equal(listed.Select(entry => entry.Id).Order(), sender.Ids.Order());
    }

    [Fact]
    public async Task A_shared_row_that_was_claimed_since_it_was_listed_is_left_as_it_is()
    {
        _store.Inner.Submit("b000", OutboxRows.Inserts(new Parcel("test", [Message("one"), Message("two")])));
        var entries = await ListAsync();
        var row = Assert.Single(_store.Inner.Rows());
        _store.Inner.Submit("b000", [RowOperation.Merge(row.RowKey, new Dictionary<string, object> { ["State"] = "claimed" }, row.ETag)]);

        Assert.Equal(OutboxChange.Overtaken, await DropAsync(entries[1]));
        Assert.Equal(2, (await ListAsync()).Count);
    }

    [Fact]
    public async Task A_message_that_an_owner_may_be_sending_is_not_dropped()
    {
        Insert("b000", "one", OutboxRows.Claimed);
        var entry = await SingleAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => DropAsync(entry));
        Assert.Single(_store.Inner.Rows());
    }

    [Fact]
    public async Task What_changed_since_it_was_listed_is_left_as_it_is()
    {
        Insert("b000", "one", OutboxRows.Parked);
        var entry = await SingleAsync();
        var row = Assert.Single(_store.Inner.Rows());
        _store.Inner.Submit("b000",
            [RowOperation.Merge(row.RowKey, new Dictionary<string, object> { ["State"] = "claimed", ["Claim"] = "theirs" }, row.ETag)]);

        Assert.Equal(OutboxChange.Overtaken, await _hand.ResendAsync(entry, Cancellation));
        Assert.Equal(OutboxChange.Overtaken, await DropAsync(entry));
        Assert.Equal("claimed", Assert.Single(_store.Inner.Rows()).Text("State"));
    }

    [Fact]
    public async Task What_has_left_since_it_was_listed_is_gone()
    {
        Insert("b000", "one", OutboxRows.Parked);
        var entry = await SingleAsync();
        var row = Assert.Single(_store.Inner.Rows());
        _store.Inner.Submit("b000", [RowOperation.Delete(row.RowKey, row.ETag)]);

        Assert.Equal(OutboxChange.Gone, await _hand.ResendAsync(entry, Cancellation));
        Assert.Equal(OutboxChange.Gone, await DropAsync(entry));
    }

    [Fact]
    public async Task A_change_whose_answer_was_lost_is_known_to_be_its_own()
    {
        Insert("b000", "one", OutboxRows.Parked);
        _store.After = (_, _) => new SubmitResult(SubmitStatus.Unknown, [], "timed out");
        Assert.Equal(OutboxChange.Made, await _hand.ResendAsync(await SingleAsync(), Cancellation));
        Assert.Equal("waiting", Assert.Single(_store.Inner.Rows()).Text("State"));
    }

    [Fact]
    public async Task A_table_that_is_busy_is_asked_again_and_not_for_ever()
    {
        Insert("b000", "one", OutboxRows.Parked);
        var entry = await SingleAsync();
        _store.Before = (number, _, _) => number < 3 ? new SubmitResult(SubmitStatus.Unknown, [], "503") : null;
        Assert.Equal(OutboxChange.Made, await _hand.ResendAsync(entry, Cancellation));

        Insert("b001", "two", OutboxRows.Parked);
        _store.Before = (_, _, _) => new SubmitResult(SubmitStatus.Unknown, [], "503 ServerBusy");
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await DropAsync((await ListAsync()).Single(one => one.Subject == "two")));
        Assert.Contains("503 ServerBusy", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, _store.Inner.Rows().Count);
    }

    [Fact]
    public async Task A_refused_credential_is_a_setting_to_mend()
    {
        Insert("b000", "one", OutboxRows.Parked);
        var entry = await SingleAsync();
        _store.Before = (_, _, _) => new SubmitResult(SubmitStatus.Misconfigured, [], "OrderTables: refused");
        Assert.Equal("OrderTables: refused",
            (await Assert.ThrowsAsync<SettingException>(() => _hand.ResendAsync(entry, Cancellation))).Message);
    }

    private GroupOutbox Outbox(IMessageSender sender) =>
        new("group", _store, TwoBuckets, [sender], new EffectivelyOnceOptions { Buckets = 2 }, "anyone", _time, NullLogger.Instance);

    private static string IdOf(string name) => MessageId.Of("group", name, name, 0);

    private async Task<List<OutboxEntry>> ListAsync() => await _hand.ListAsync(Cancellation).ToListAsync(Cancellation);

    private async Task<OutboxEntry> SingleAsync() => Assert.Single(await ListAsync());

    private async Task<OutboxChange> DropAsync(OutboxEntry entry) => Assert.Single(await _hand.DropAsync([entry], Cancellation));

    private OutboxMessage Message(string name, int bytes = 3) =>
        new(IdOf(name), "test", "group", name, new byte[bytes], _time.GetUtcNow());

    private void Insert(string bucket, string name, string state = OutboxRows.Waiting, string? detail = null, int bytes = 3)
    {
        var inserted = _store.Inner.Submit(bucket, OutboxRows.Inserts(new Parcel("test", [Message(name, bytes)])));
        if (state != OutboxRows.Waiting)
        {
            _store.Inner.Submit(bucket,
                [RowOperation.Merge(OutboxRows.RowKeyOf(IdOf(name)),
                new Dictionary<string, object> { ["State"] = state, ["Detail"] = detail ?? "" }, inserted.ETags[0]!)]);
        }
    }

    private sealed class CountingSender : IMessageSender
    {
        public string Kind => "test";

        public InDoubtPolicy? InDoubt => null;

        public List<string> Ids { get; } = [];

        /// <summary>Whether the last message came with word that it may have been sent before.</summary>
        public bool WasTold { get; private set; }

        public Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
        {
            Ids.Add(message.Id);
            WasTold = message.MayHaveBeenSent;
            return Task.FromResult(SendResult.Sent);
        }
    }
}
