using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

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
        Assert.False(Assert.Single(sender.Messages).MayHaveBeenSent);
        Assert.Empty(_store.Inner.Rows());
    }

    [Fact]
    public async Task A_sender_is_told_that_a_message_may_have_been_sent_before()
    {
        var sender = new RecordingSender { Result = new SendResult(SendStatus.Unknown, "no answer") };
        var outbox = Outbox(sender);
        var told = new List<bool>();
        sender.OnSend = message =>
        {
            told.Add(message.MayHaveBeenSent);
            return Task.CompletedTask;
        };
        outbox.Offer(Bucket, [Insert("one")]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        sender.Result = new SendResult(SendStatus.NotSent, "not now");
        await outbox.SweepAsync(TestContext.Current.CancellationToken);
        sender.Result = SendResult.Sent;
        await outbox.SweepAsync(TestContext.Current.CancellationToken);

        Assert.Equal([false, true, true], told);
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
            Assert.True(Assert.Single(sender.Messages).MayHaveBeenSent);
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
    public async Task A_stop_finishes_the_send_under_way_and_leaves_nothing_in_doubt()
    {
        using var stop = new CancellationTokenSource();
        var sender = new RecordingSender { OnSend = _ => stop.CancelAsync() };
        var outbox = Outbox(sender, policy: InDoubtPolicy.Park);
        outbox.Offer(Bucket, [Insert("one"), Insert("two")]);
        await outbox.DispatchAsync(stop.Token);

        Assert.Equal("one", sender.Sent[0]);
        Assert.DoesNotContain(_store.Inner.Rows(), row => row.Text("State") != "waiting");
        Assert.Equal(2, sender.Sent.Count + _store.Inner.Rows().Count);
    }

    [Fact]
    public async Task A_stop_during_a_claim_leaves_no_message_claimed()
    {
        using var stop = new CancellationTokenSource();
        var sender = new RecordingSender();
        var outbox = Outbox(sender, policy: InDoubtPolicy.Park);
        outbox.Offer(Bucket, [Insert("one")]);
        var claim = _store.Submits + 1;
        _store.After = (number, result) =>
        {
            if (number == claim)
            {
                // Committed, and its answer lost: the request was cancelled, as it were.
                stop.Cancel();
                return new SubmitResult(SubmitStatus.Unknown, [], "cancelled");
            }

            return result;
        };
        await outbox.DispatchAsync(stop.Token);

        Assert.Empty(sender.Sent);
        Assert.Equal("waiting", Assert.Single(_store.Inner.Rows()).Text("State"));
    }

    [Fact]
    public async Task A_large_message_spans_rows_and_leaves_none()
    {
        var payload = new byte[2_500_000];
        new Random(7).NextBytes(payload);
        var message = new OutboxMessage(MessageId.Of("group", "big", "big", 0), "test", "group", "big", payload, _time.GetUtcNow());
        _store.Inner.Submit(Bucket, OutboxRows.Inserts(new Parcel("test", [message])));
        Assert.Equal(3, _store.Inner.Rows().Count);

        var sender = new RecordingSender();
        await Outbox(sender).SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(payload, Assert.Single(sender.Messages).Payload);
        Assert.Empty(_store.Inner.Rows());
    }

    [Fact]
    public async Task Messages_that_share_a_row_are_claimed_and_deleted_as_one_and_sent_one_by_one()
    {
        var sender = new RecordingSender();
        var outbox = Outbox(sender);
        var parcel = Insert("one", "two", "three");
        Assert.Single(_store.Inner.Rows());
        var before = _store.Submits;
        outbox.Offer(Bucket, [parcel]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["one", "two", "three"], sender.Sent);
        Assert.Equal(parcel.Parcel.Messages.Select(message => message.Id), sender.Messages.Select(message => message.Id));
        Assert.Equal(before + 2, _store.Submits);
        Assert.Empty(_store.Inner.Rows());
    }

    [Fact]
    public async Task The_sweep_counts_and_sends_every_message_of_a_shared_row()
    {
        Insert("one", "two", "three");
        var sender = new RecordingSender();
        Assert.Equal(3, await Outbox(sender).SweepAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["one", "two", "three"], sender.Sent);
        Assert.Empty(_store.Inner.Rows());
    }

    [Theory]
    [InlineData("one")]
    [InlineData("two")]
    [InlineData("three")]
    public async Task Of_a_shared_row_only_what_was_not_sent_is_left_and_goes_later(string left)
    {
        var sender = new RecordingSender
        {
            ResultOf = message => message.Subject == left ? new SendResult(SendStatus.NotSent, "away") : SendResult.Sent,
        };
        var outbox = Outbox(sender);
        outbox.Offer(Bucket, [Insert("one", "two", "three")]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal([left], Left("waiting").Select(message => message.Subject));

        sender.ResultOf = null;
        await outbox.SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["one", "three", "two"], sender.Sent.Order(StringComparer.Ordinal));
        Assert.Empty(_store.Inner.Rows());
    }

    [Fact]
    public async Task Of_a_shared_row_each_parked_message_gets_a_row_of_its_own()
    {
        var sender = new RecordingSender
        {
            ResultOf = message => message.Subject switch
            {
                "one" => new SendResult(SendStatus.Refused, "no such address"),
                "two" => new SendResult(SendStatus.NotSent, "away"),
                "three" => new SendResult(SendStatus.Unknown, "no answer"),
                "four" => new SendResult(SendStatus.NotSent, "away"),
                _ => SendResult.Sent,
            },
        };
        var outbox = Outbox(sender, policy: InDoubtPolicy.Park);
        outbox.Offer(Bucket, [Insert("one", "two", "three", "four", "five")]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["five"], sender.Sent);
        Assert.Equal(["one", "three"], Left("parked").Select(message => message.Subject).Order(StringComparer.Ordinal));
        Assert.Equal(["two", "four"], Left("waiting").Select(message => message.Subject));
        Assert.Equal(2, _store.Inner.Rows().Count(row => row.Text("State") == "parked"));
        Assert.All(_store.Inner.Rows(), row => Assert.NotEmpty(row.Text("Detail")!));
    }

    [Fact]
    public async Task A_shared_row_of_which_nothing_was_sent_waits_as_it_is()
    {
        var outbox = Outbox(new RecordingSender { Result = new SendResult(SendStatus.NotSent, "away") });
        outbox.Offer(Bucket, [Insert("one", "two")]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["one", "two"], Left("waiting").Select(message => message.Subject));
        Assert.Equal("away", Assert.Single(_store.Inner.Rows()).Text("Detail"));
    }

    [Fact]
    public async Task What_is_left_of_a_shared_row_is_written_down_once_though_the_answer_was_lost()
    {
        var sender = new RecordingSender
        {
            ResultOf = message => message.Subject == "one" ? new SendResult(SendStatus.NotSent, "away") : SendResult.Sent,
        };
        var outbox = Outbox(sender);
        var parcel = Insert("one", "two");
        var settlement = _store.Submits + 2;
        _store.After = (number, result) => number == settlement ? new SubmitResult(SubmitStatus.Unknown, [], "timed out") : result;
        outbox.Offer(Bucket, [parcel]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["one"], Left("waiting").Select(message => message.Subject));
        Assert.Equal(settlement, _store.Submits);
    }

    [Fact]
    public async Task A_dead_owners_shared_row_is_parked_message_by_message()
    {
        DieWhileSending(Insert("one", "two"));
        var outbox = Outbox(new RecordingSender(), "survivor", InDoubtPolicy.Park);
        await outbox.SweepAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(61));
        await outbox.SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["one", "two"], Left("parked").Select(message => message.Subject).Order(StringComparer.Ordinal).ToArray());
        Assert.Equal(2, _store.Inner.Rows().Count);
    }

    [Fact]
    public async Task Messages_whose_commit_was_only_read_back_go_as_they_stand_in_the_table()
    {
        // Another try of the same records was committed: the row that carries the first one's name holds two messages.
        var committed = Insert("one", "two");
        var sender = new RecordingSender();
        var outbox = Outbox(sender);
        outbox.Offer(Bucket, [new CommittedParcel(new Parcel("test", [committed.Parcel.Messages[0]]), null)]);
        await outbox.DispatchAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["one", "two"], sender.Sent);
        Assert.Empty(_store.Inner.Rows());
    }

    private GroupOutbox Outbox(IMessageSender sender, string owner = "me", InDoubtPolicy policy = InDoubtPolicy.Resend) =>
        TestOutbox.Over(_store, _time, new EffectivelyOnceOptions { Buckets = 1, InDoubt = policy }, owner, sender);

    private CommittedParcel Insert(params string[] names) => TestOutbox.Insert(_store.Inner, Bucket, "test", _time.GetUtcNow(), names);

    private void DieWhileSending(CommittedParcel parcel) => _store.Inner.Submit(Bucket, [RowOperation.Merge(
        OutboxRows.RowKeyOf(parcel.Parcel.Id),
        new Dictionary<string, object> { ["State"] = "claimed", ["Owner"] = "dead", ["Claim"] = "c" },
        parcel.ETag!)]);

    private IEnumerable<OutboxMessage> Left(string state) => _store.Inner.Rows()
        .Where(row => row.Text("State") == state)
        .SelectMany(row => OutboxRows.Read("group", row, new Dictionary<string, Row>()).Messages);

    private sealed class RecordingSender : IMessageSender
    {
        public string Kind => "test";

        public InDoubtPolicy? InDoubt { get; init; }

        public SendResult Result { get; set; } = SendResult.Sent;

        public Func<OutboxMessage, SendResult>? ResultOf { get; set; }

        public Func<OutboxMessage, Task>? OnSend { get; set; }

        public List<OutboxMessage> Messages { get; } = [];

        public IReadOnlyList<string> Sent => [.. Messages.Select(message => message.Subject)];

        public async Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
        {
            if (OnSend is { } act)
            {
                await act(message);
            }

            cancellationToken.ThrowIfCancellationRequested();
            var result = ResultOf?.Invoke(message) ?? Result;
            if (result.Status == SendStatus.Sent)
            {
                Messages.Add(message);
            }

            return result;
        }
    }
}
