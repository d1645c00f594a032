using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;

/// <summary>Hosts of two versions, or with two settings, over one outbox.</summary>
public sealed class OutboxOfTwoVersionsTests
{
    private const string Bucket = "b000";
    private readonly BentStore _store = new(new MemoryTableStore());
    private readonly ImpatientTime _time = new();

    [Theory]
    [InlineData("waiting")]
    [InlineData("claimed")]
    [InlineData("parked")]
    public async Task A_host_without_a_sender_leaves_a_message_alone_in_every_state(string state)
    {
        var parcel = Insert("one", "two");
        Set(parcel, new() { ["State"] = state, ["Owner"] = "another", ["Claim"] = "c" });
        var before = Head().ETag;
        var old = Outbox(new TestSender("mail"));
        old.Offer(Bucket, [parcel]);
        await old.DispatchAsync(Token);
        for (var sweeps = 0; sweeps < 3; sweeps++)
        {
            Assert.Equal(2, await old.SweepAsync(Token));
            _time.Advance(TimeSpan.FromSeconds(61));
        }

        Assert.Equal(before, Head().ETag);
    }

    [Fact]
    public async Task The_doubt_of_a_host_that_parks_outlives_a_host_without_a_sender_and_the_message_is_not_sent_twice()
    {
        var taken = new TestSender("payment", InDoubtPolicy.Park) { OnSend = () => throw new OwnerDiedException() };
        await DieWhileSendingAsync(taken, Insert("one"));
        Assert.Single(taken.Tried);

        var old = Outbox(new TestSender("mail"), "old");
        await SweepUntilTheLeaseIsOverAsync(old);
        var anew = new TestSender("payment", InDoubtPolicy.Park);
        await SweepUntilTheLeaseIsOverAsync(Outbox(anew, "new"));
        Assert.Empty(anew.Tried);
        Assert.Equal("parked", Head().Text("State"));
    }

    [Theory]
    [InlineData(InDoubtPolicy.Park, InDoubtPolicy.Resend, 0)]
    [InlineData(InDoubtPolicy.Resend, InDoubtPolicy.Park, 1)]
    public async Task A_message_keeps_the_policy_of_its_first_claim_whatever_the_setting_is_later(
        InDoubtPolicy first, InDoubtPolicy later, int sent)
    {
        var dying = new TestSender("payment") { OnSend = () => throw new OwnerDiedException() };
        await DieWhileSendingAsync(dying, Insert("one"), first);
        var sender = new TestSender("payment");
        await SweepUntilTheLeaseIsOverAsync(Outbox(sender, "later", later));
        Assert.Equal(sent, sender.Tried.Count);
    }

    [Fact]
    public async Task A_message_in_doubt_that_another_version_made_wait_is_parked_and_not_sent()
    {
        var parcel = Insert("one");
        Set(parcel, new() { ["State"] = "waiting", ["InDoubt"] = "Park", ["Doubt"] = "a claim", ["Detail"] = "No sender is registered." });
        var sender = new TestSender("payment", InDoubtPolicy.Park);
        await Outbox(sender).SweepAsync(Token);
        Assert.Empty(sender.Tried);
        Assert.Equal("parked", Head().Text("State"));
    }

    [Fact]
    public async Task A_message_that_was_certainly_not_taken_is_not_in_doubt_and_goes_later()
    {
        var sender = new TestSender("payment", InDoubtPolicy.Park) { Result = new SendResult(SendStatus.NotSent, "away") };
        var outbox = Outbox(sender);
        outbox.Offer(Bucket, [Insert("one")]);
        await outbox.DispatchAsync(Token);
        Assert.Equal(("waiting", "Park", ""), (Head().Text("State"), Head().Text("InDoubt"), Head().Text("Doubt")));
        sender.Result = SendResult.Sent;
        await outbox.SweepAsync(Token);
        Assert.Empty(_store.Inner.Rows());
    }

    [Fact]
    public async Task What_somebody_has_sent_again_by_hand_is_in_doubt_no_more_and_keeps_its_policy()
    {
        var parcel = Insert("one");
        Set(parcel, new() { ["State"] = "parked", ["InDoubt"] = "Park", ["Doubt"] = "a claim" });
        var byHand = new OutboxByHand("group", _store, new Buckets(1), _time);
        await foreach (var entry in byHand.ListAsync(Token))
        {
            Assert.Equal(OutboxChange.Made, await byHand.ResendAsync(entry, Token));
        }

        var sender = new TestSender("payment") { Result = new SendResult(SendStatus.Unknown, "no answer") };
        await Outbox(sender, policy: InDoubtPolicy.Resend).SweepAsync(Token);
        Assert.Single(sender.Tried);
        Assert.Equal("parked", Head().Text("State"));
    }

    [Fact]
    public async Task What_is_left_of_a_shared_row_keeps_policy_and_doubt()
    {
        var sender = new TestSender("payment", InDoubtPolicy.Park)
        {
            ResultOf = message => new SendResult(message.Subject == "one" ? SendStatus.Unknown : SendStatus.NotSent, "away"),
        };
        var outbox = Outbox(sender);
        outbox.Offer(Bucket, [Insert("one", "two", "three")]);
        await outbox.DispatchAsync(Token);
        var rows = _store.Inner.Rows();
        Assert.All(rows, row => Assert.Equal("Park", row.Text("InDoubt")));
        Assert.Equal(["parked True", "waiting False"],
            rows.Select(row => $"{row.Text("State")} {OutboxRows.IsInDoubt(row)}").Order(StringComparer.Ordinal));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private GroupOutbox Outbox(IMessageSender sender, string owner = "me", InDoubtPolicy policy = InDoubtPolicy.Resend) =>
        TestOutbox.Over(_store, _time, new EffectivelyOnceOptions { Buckets = 1, InDoubt = policy }, owner, sender);

    private Row Head() => Assert.Single(_store.Inner.Rows());

    // The claim and the send are real; what the owner would have written afterwards is not.
    private async Task DieWhileSendingAsync(TestSender sender, CommittedParcel parcel, InDoubtPolicy policy = InDoubtPolicy.Resend)
    {
        var claimed = _store.Submits + 1;
        _store.Before = (number, _, _) => number > claimed ? new SubmitResult(SubmitStatus.Refused, [], "the owner is dead") : null;
        var dying = Outbox(sender, "dying", policy);
        dying.Offer(Bucket, [parcel]);
        await dying.DispatchAsync(Token);
        _store.Before = null;
        Assert.Equal("claimed", Head().Text("State"));
    }

    private async Task SweepUntilTheLeaseIsOverAsync(GroupOutbox outbox)
    {
        await outbox.SweepAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(61));
        await outbox.SweepAsync(Token);
    }

    private CommittedParcel Insert(params string[] names) => TestOutbox.Insert(_store.Inner, Bucket, "payment", _time.GetUtcNow(), names);

    private void Set(CommittedParcel parcel, Dictionary<string, object> columns) =>
        _store.Inner.Submit(Bucket, [RowOperation.Merge(OutboxRows.RowKeyOf(parcel.Parcel.Id), columns, parcel.ETag!)]);

    private sealed class OwnerDiedException : Exception;
}
