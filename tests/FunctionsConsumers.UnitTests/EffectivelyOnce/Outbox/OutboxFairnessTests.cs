using System.Runtime.CompilerServices;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;

/// <summary>Faults are contained by row and by bucket, and what is away delays nothing else.</summary>
public sealed class OutboxFairnessTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly MemoryTableStore _table = new();
    private readonly FailingStore _store;
    private readonly ImpatientTime _time = new();

    public OutboxFairnessTests() => _store = new FailingStore(_table);

    [Theory]
    [InlineData("Payload00", new byte[] { 7, 1, 2 })]
    [InlineData("Payload00", new byte[] { 1, 2, 0 })]
    [InlineData("Payload00", new byte[] { 1, 255, 255, 255, 255, 7 })]
    [InlineData("Payload00", new byte[] { 1, 255, 255, 255, 255, 255, 255 })]
    [InlineData("Payload00", "text")]
    [InlineData("Messages", "many")]
    [InlineData("Messages", -3L)]
    [InlineData("Parts", long.MaxValue)]
    [InlineData("InDoubt", "Ask")]
    public async Task A_row_of_another_format_is_passed_over_and_counted_and_the_others_are_sent(string column, object value)
    {
        Insert("b000", "mail", "one", "two");
        var bad = _table.Rows("b000")[0];
        _table.Submit("b000", [RowOperation.Merge(bad.RowKey, new Dictionary<string, object> { [column] = value }, bad.ETag)]);
        Insert("b000", "mail", "three");
        Insert("b000", "mail", "four");
        var sender = new TestSender("mail");
        var outbox = Outbox(1, sender);
        await outbox.SweepAsync(Token);
        await outbox.SweepAsync(Token);
        Assert.Equal(2, sender.Tried.Count);
        Assert.Equal(2, outbox.Faults.Count);
        Assert.Equal(bad.RowKey, Assert.Single(_table.Rows("b000")).RowKey);
    }

    [Fact]
    public async Task A_row_of_another_format_is_listed_as_such_and_hides_no_other()
    {
        Insert("b000", "mail", "one", "two");
        var bad = _table.Rows("b000")[0];
        _table.Submit(
            "b000", [RowOperation.Merge(bad.RowKey, new Dictionary<string, object> { ["Payload00"] = new byte[] { 9 } }, bad.ETag)]);
        Insert("b000", "mail", "three");
        var entries = new List<OutboxEntry>();
        var byHand = new OutboxByHand("group", _store, new Buckets(1), _time);
        await foreach (var entry in byHand.ListAsync(Token))
        {
            entries.Add(entry);
        }

        Assert.Equal([OutboxRows.Unreadable, OutboxRows.Waiting], entries.Select(entry => entry.State).Order(StringComparer.Ordinal));
        await Assert.ThrowsAsync<ArgumentException>(() => byHand.DropAsync(entries, Token));
    }

    [Fact]
    public async Task A_bucket_that_cannot_be_scanned_keeps_no_bucket_behind_it_from_being_swept()
    {
        Insert("b001", "mail", "one");
        _store.OnScan = bucket => bucket == "b000" ? throw new StoreUnavailableException("503") : Task.CompletedTask;
        var sender = new TestSender("mail");
        var outbox = Outbox(2, sender);
        Assert.Equal(1, await outbox.SweepAsync(Token));
        Assert.Single(sender.Tried);
        Assert.Equal(1, outbox.Faults.Count);
    }

    [Fact]
    public async Task A_sweep_says_so_where_no_bucket_can_be_scanned()
    {
        _store.OnScan = _ => throw new StoreUnavailableException("503");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Outbox(2, new TestSender("mail")).SweepAsync(Token));
    }

    [Fact]
    public async Task An_account_that_does_not_answer_delays_the_buckets_of_no_other_account()
    {
        Insert("b001", "mail", "one");
        Insert("b003", "mail", "two");
        var never = new TaskCompletionSource();
        _store.OnScan = bucket => bucket is "b000" or "b002" ? never.Task : Task.CompletedTask;
        var sender = new TestSender("mail");
        using var stop = new CancellationTokenSource();
        var running = Outbox(4, TimeProvider.System, sender).RunAsync(stop.Token);
        await UntilAsync(() => sender.Tried.Count == 2);
        await stop.CancelAsync();
        never.SetResult();
        await running.WaitAsync(Soon, Token);
    }

    [Fact]
    public async Task A_claim_that_was_watched_stays_watched_through_a_round_that_failed()
    {
        var parcel = Insert("b000", "mail", "one");
        _table.Submit("b000", [RowOperation.Merge(OutboxRows.RowKeyOf(parcel.Parcel.Id),
            new Dictionary<string, object> { ["State"] = "claimed", ["Owner"] = "dead", ["Claim"] = "c" }, parcel.ETag!)]);
        var sender = new TestSender("mail");
        var outbox = Outbox(1, sender);
        await outbox.SweepAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(5));
        _store.OnScan = _ => throw new StoreUnavailableException("503");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => outbox.SweepAsync(Token));
        _time.Advance(TimeSpan.FromSeconds(6));
        _store.OnScan = null;
        await outbox.SweepAsync(Token);
        Assert.Single(sender.Tried);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mail_server_that_is_away_does_not_delay_dead_letters(bool areOffered)
    {
        var never = new TaskCompletionSource();
        var (mail, letters) = (new TestSender("mail") { Hangs = never.Task }, new TestSender("dead-letter"));
        using var stop = new CancellationTokenSource();
        var outbox = Outbox(4, TimeProvider.System, mail, letters);
        for (var i = 0; i < 2000; i++)
        {
            Leave(outbox, areOffered, $"b00{i % 4}", "mail", $"mail {i}");
        }

        var running = outbox.RunAsync(stop.Token);
        await UntilAsync(() => mail.Tried.Count >= 8);
        for (var i = 0; i < 20; i++)
        {
            Leave(outbox, areOffered, $"b00{i % 4}", "dead-letter", $"letter {i}");
        }

        await UntilAsync(() => letters.Tried.Count == 20);
        await stop.CancelAsync();
        never.SetResult();
        await running.WaitAsync(Soon, Token);
    }

    [Fact]
    public async Task A_bucket_whose_messages_hang_does_not_delay_those_of_another_bucket()
    {
        var never = new TaskCompletionSource();
        _store.OnSubmit = bucket => bucket == "b000" ? never.Task : Task.CompletedTask;
        var mail = new TestSender("mail");
        using var stop = new CancellationTokenSource();
        var outbox = Outbox(2, TimeProvider.System, mail);
        for (var i = 0; i < 1000; i++)
        {
            Leave(outbox, true, "b000", "mail", $"stuck {i}");
        }

        Leave(outbox, true, "b001", "mail", "one");
        var running = outbox.RunAsync(stop.Token);
        await UntilAsync(() => mail.Tried.Any(message => message.Subject == "one"));
        await stop.CancelAsync();
        never.SetResult();
        await running.WaitAsync(Soon, Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private GroupOutbox Outbox(int buckets, params IMessageSender[] senders) => Outbox(buckets, _time, senders);

    private GroupOutbox Outbox(int buckets, TimeProvider time, params IMessageSender[] senders) => TestOutbox.Over(
        _store, time, new EffectivelyOnceOptions { Buckets = buckets, OutboxLease = TimeSpan.FromSeconds(10) }, "me", senders);

    private CommittedParcel Insert(string bucket, string kind, params string[] names) =>
        TestOutbox.Insert(_table, bucket, kind, _time.GetUtcNow(), names);

    [Fact]
    public async Task Each_message_of_a_shared_row_keeps_the_reason_of_its_own()
    {
        Insert("b000", "mail", "one", "two", "three");
        var sender = new TestSender("mail") { ResultOf = message => new SendResult(SendStatus.NotSent, "no place for " + message.Id) };
        await Outbox(1, sender).SweepAsync(Token);

        var entries = new List<OutboxEntry>();
        await foreach (var entry in new OutboxByHand("group", _store, new Buckets(1), _time).ListAsync(Token))
        {
            entries.Add(entry);
        }

        Assert.Equal(3, entries.Count);
        Assert.All(entries, entry => Assert.Equal("no place for " + entry.Id, entry.Detail));
        Assert.Single(_table.Rows("b000"));
    }

    [Fact]
    public async Task No_sender_is_given_more_messages_side_by_side_than_the_setting_says_over_all_groups()
    {
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sender = new TestSender("mail") { Hangs = never.Task };
        var options = new EffectivelyOnceOptions { SendsAtOnce = 3 };
        var slots = new SendSlots(options);
        Insert("b000", "mail", [.. Enumerable.Range(0, 20).Select(i => $"m{i}")]);
        var sweeps = new List<Task>();
        foreach (var (group, store) in new (string, ITableStore)[] { ("one", _store), ("two", _store) })
        {
            sweeps.Add(new GroupOutbox(group, store, new Buckets(1), [sender], options, group, TimeProvider.System, NullLogger.Instance,
                slots).SweepAsync(Token));
        }

        await UntilAsync(() => sender.Tried.Count >= 3);
        Assert.Equal(3, sender.Tried.Count);
        never.SetResult();
        await Task.WhenAll(sweeps);
        Assert.Equal(20, sender.Tried.Count);
    }

    private void Leave(GroupOutbox outbox, bool isOffered, string bucket, string kind, string name)
    {
        var parcel = Insert(bucket, kind, name);
        if (isOffered)
        {
            outbox.Offer(bucket, [parcel]);
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Token);
        late.CancelAfter(Soon);
        while (!isSo())
        {
            await Task.Delay(10, late.Token);
        }
    }

    /// <summary>A table whose scans and transactions fail, or take long, bucket by bucket.</summary>
    private sealed class FailingStore(MemoryTableStore table) : ITableStore
    {
        public Func<string, Task>? OnScan { get; set; }

        public Func<string, Task>? OnSubmit { get; set; }

        public async Task<SubmitResult> SubmitAsync(
            string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
        {
            await (OnSubmit?.Invoke(partitionKey) ?? Task.CompletedTask);
            return table.Submit(partitionKey, operations);
        }

        public Task<IReadOnlyDictionary<string, Row>> ReadAsync(string partitionKey, IReadOnlyCollection<string> rowKeys,
            IReadOnlyList<string>? columns, CancellationToken cancellationToken) =>
            table.ReadAsync(partitionKey, rowKeys, columns, cancellationToken);

        public async IAsyncEnumerable<Row> ScanAsync(string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await (OnScan?.Invoke(partitionKey) ?? Task.CompletedTask);
            await foreach (var row in table.ScanAsync(partitionKey, rowKeyPrefix, columns, cancellationToken))
            {
                yield return row;
            }
        }
    }
}
