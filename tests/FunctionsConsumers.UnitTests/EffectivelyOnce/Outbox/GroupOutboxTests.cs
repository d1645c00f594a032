using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Keys;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;

public sealed class GroupOutboxTests
{
    private const string Bucket = "b000";
    private readonly BentStore _store = new(new MemoryTableStore());
    private readonly ImpatientTime _time = new();

    [Fact]
    public async Task A_message_is_claimed_sent_and_deleted()
    {
        var sender = new RecordingSender();
        var outbox = Outbox(sender);
        sender.OnSend = _ =>
        {
            Assert.Equal("claimed", Assert.Single(_store.Inner.Rows(Bucket)).Text("State"));
            return Task.CompletedTask;
        };
        outbox.Offer(Bucket, [Insert("one")]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["one"], sender.Sent);
        Assert.Empty(_store.Inner.Rows());
    }

    [Fact]
    public async Task Many_messages_are_claimed_and_deleted_in_one_transaction_each()
    {
        var sender = new RecordingSender();
        var outbox = Outbox(sender);
        var messages = Enumerable.Range(0, 50).Select(i => Insert($"m{i}")).ToList();
        var before = _store.Submits;
        outbox.Offer(Bucket, messages);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal(50, sender.Sent.Count);
        Assert.Equal(before + 2, _store.Submits);
    }

    [Fact]
    public async Task A_row_that_another_owner_claimed_is_not_sent_and_does_not_keep_the_others_waiting()
    {
        var (mine, theirs) = (new RecordingSender(), new RecordingSender());
        var (one, two) = (Insert("one"), Insert("two"));
        var first = Outbox(theirs, "them");
        first.Offer(Bucket, [one]);
        theirs.OnSend = async message =>
        {
            var second = Outbox(mine, "me");
            second.Offer(Bucket, [one, two]);
            await second.DispatchAsync(TestContext.Current.CancellationToken);
        };
        await first.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["one"], theirs.Sent);
        Assert.Equal(["two"], mine.Sent);
    }

    [Fact]
    public async Task A_claim_whose_answer_was_lost_is_found_to_be_its_own()
    {
        var sender = new RecordingSender();
        var outbox = Outbox(sender);
        var message = Insert("one");
        var claim = _store.Submits + 1;
        _store.After = (number, result) => number == claim ? new SubmitResult(SubmitStatus.Unknown, [], "timed out") : result;
        outbox.Offer(Bucket, [message]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["one"], sender.Sent);
        Assert.Empty(_store.Inner.Rows());
    }

    [Fact]
    public async Task A_sent_message_is_deleted_however_often_the_table_does_not_answer()
    {
        var sender = new RecordingSender();
        var outbox = Outbox(sender);
        var message = Insert("one");
        var claim = _store.Submits + 1;
        _store.Before = (number, _, _) => number > claim && number < claim + 6 ? new SubmitResult(SubmitStatus.Unknown, [], "503") : null;
        outbox.Offer(Bucket, [message]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["one"], sender.Sent);
        Assert.Empty(_store.Inner.Rows());
    }

    [Fact]
    public async Task What_was_certainly_not_sent_waits_and_the_sweep_sends_it()
    {
        var sender = new RecordingSender { Result = new SendResult(SendStatus.NotSent, "away") };
        var outbox = Outbox(sender);
        outbox.Offer(Bucket, [Insert("one")]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal("waiting", Assert.Single(_store.Inner.Rows()).Text("State"));

        sender.Result = SendResult.Sent;
        await outbox.SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["one"], sender.Sent);
        Assert.Empty(_store.Inner.Rows());
    }

    [Fact]
    public async Task A_refused_message_is_parked()
    {
        var outbox = Outbox(new RecordingSender { Result = new SendResult(SendStatus.Refused, "no such address") });
        outbox.Offer(Bucket, [Insert("one")]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        var row = Assert.Single(_store.Inner.Rows());
        Assert.Equal("parked", row.Text("State"));
        Assert.Contains("no such address", row.Text("Detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_nobody_claimed_is_sent_by_the_sweep_of_anyone()
    {
        Insert("one");
        var sender = new RecordingSender();
        Assert.Equal(1, await Outbox(sender, "anyone").SweepAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["one"], sender.Sent);
    }

    [Theory]
    [InlineData(InDoubtPolicy.Resend)]
    [InlineData(InDoubtPolicy.Park)]
    public async Task A_dead_owners_claim_is_in_doubt_only_after_a_whole_lease_on_the_sweeps_own_clock(InDoubtPolicy policy)
    {
        DieWhileSending(Insert("one"));
        var sender = new RecordingSender();
        var outbox = Outbox(sender, "survivor", policy);
        await outbox.SweepAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(59));
        await outbox.SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal("claimed", Assert.Single(_store.Inner.Rows()).Text("State"));
        Assert.Empty(sender.Sent);

        _time.Advance(TimeSpan.FromSeconds(2));
        await outbox.SweepAsync(TestContext.Current.CancellationToken);
        if (policy == InDoubtPolicy.Resend)
        {
            Assert.Equal(["one"], sender.Sent);
            Assert.Empty(_store.Inner.Rows());
        }
        else
        {
            Assert.Empty(sender.Sent);
            Assert.Equal("parked", Assert.Single(_store.Inner.Rows()).Text("State"));
        }
    }

    [Theory]
    [InlineData(InDoubtPolicy.Resend, "waiting")]
    [InlineData(InDoubtPolicy.Park, "parked")]
    public async Task A_send_whose_outcome_is_not_known_is_left_to_the_policy(InDoubtPolicy policy, string state)
    {
        var sender = new RecordingSender { OnSend = _ => throw new TimeoutException("no answer") };
        var outbox = Outbox(sender, policy: policy);
        outbox.Offer(Bucket, [Insert("one")]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal(state, Assert.Single(_store.Inner.Rows()).Text("State"));
    }

    [Fact]
    public async Task A_senders_own_policy_goes_before_the_setting()
    {
        var sender = new RecordingSender { InDoubt = InDoubtPolicy.Resend, OnSend = _ => throw new TimeoutException("no answer") };
        var outbox = Outbox(sender, policy: InDoubtPolicy.Park);
        outbox.Offer(Bucket, [Insert("one")]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal("waiting", Assert.Single(_store.Inner.Rows()).Text("State"));
    }

    [Fact]
    public async Task A_claim_that_took_half_a_lease_is_too_old_to_send_under()
    {
        var sender = new RecordingSender();
        var outbox = Outbox(sender);
        var message = Insert("one");
        var claim = _store.Submits + 1;
        _store.After = (number, result) =>
        {
            if (number == claim)
            {
                _time.Advance(TimeSpan.FromSeconds(31));
            }

            return result;
        };
        outbox.Offer(Bucket, [message]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Empty(sender.Sent);
        Assert.Equal("waiting", Assert.Single(_store.Inner.Rows()).Text("State"));
    }

    [Fact]
    public async Task A_large_message_spans_rows_and_leaves_none()
    {
        var payload = new byte[2_500_000];
        new Random(7).NextBytes(payload);
        var message = new OutboxMessage(MessageId.Of("group", "big", "big", 0), "test", "group", "big", payload, _time.GetUtcNow());
        _store.Inner.Submit(Bucket, OutboxRows.Inserts(message));
        Assert.Equal(3, _store.Inner.Rows().Count);

        var sender = new RecordingSender();
        await Outbox(sender).SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(payload, Assert.Single(sender.Messages).Payload);
        Assert.Empty(_store.Inner.Rows());
    }

    private GroupOutbox Outbox(IMessageSender sender, string owner = "me", InDoubtPolicy policy = InDoubtPolicy.Resend) => new(
        "group", _store, new Buckets(1), [sender], new EffectivelyOnceOptions { Buckets = 1, InDoubt = policy }, owner, _time, NullLogger.Instance);

    private CommittedMessage Insert(string name)
    {
        var message = new OutboxMessage(MessageId.Of("group", name, name, 0), "test", "group", name, Encoding.UTF8.GetBytes(name), _time.GetUtcNow());
        var result = _store.Inner.Submit(Bucket, OutboxRows.Inserts(message));
        return new CommittedMessage(message, result.ETags[0]);
    }

    private void DieWhileSending(CommittedMessage message) => _store.Inner.Submit(Bucket, [RowOperation.Merge(
        OutboxRows.RowKeyOf(message.Message.Id),
        new Dictionary<string, object> { ["State"] = "claimed", ["Owner"] = "dead", ["Claim"] = "c" },
        message.ETag!)]);

    private sealed class RecordingSender : IMessageSender
    {
        public string Kind => "test";

        public InDoubtPolicy? InDoubt { get; init; }

        public SendResult Result { get; set; } = SendResult.Sent;

        public Func<OutboxMessage, Task>? OnSend { get; set; }

        public List<OutboxMessage> Messages { get; } = [];

        public IReadOnlyList<string> Sent => [.. Messages.Select(message => message.Subject)];

        public async Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
        {
            if (OnSend is { } act)
            {
                await act(message);
            }

            if (Result.Status == SendStatus.Sent)
            {
                Messages.Add(message);
            }

            return Result;
        }
    }
}
