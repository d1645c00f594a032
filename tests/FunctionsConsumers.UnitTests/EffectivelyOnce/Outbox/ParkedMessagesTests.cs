using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;

public sealed class ParkedMessagesTests
{
    private static readonly DateTimeOffset Planned = new(2026, 11, 28, 10, 0, 0, TimeSpan.Zero);

    private readonly MemoryTableStore _store = new();
    private readonly ParkedMessages _parked;

    public ParkedMessagesTests()
    {
        var hand = new OutboxByHand("group", _store, new Buckets(2), new ImpatientTime());
        _parked = new ParkedMessages(_ => Task.FromResult(hand));
        Insert("b000", "waits", OutboxRows.Waiting, "");
        Insert("b001", "refused", OutboxRows.Parked, "refused: no such address");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_parked_messages_alone_are_listed_with_the_reason()
    {
        var message = Assert.Single(await ListAsync());

        Assert.Equal(
            (IdOf("refused"), "test", "refused", Planned, "refused: no such address"),
            (message.Id, message.Kind, message.Subject, message.CreatedAt, message.Reason));
    }

    [Fact]
    public async Task A_message_that_is_sent_again_waits_and_is_parked_no_more()
    {
        Assert.True(await _parked.ResendAsync(IdOf("refused"), Cancellation));

        Assert.Empty(await ListAsync());
        Assert.All(_store.Rows(), row => Assert.Equal(OutboxRows.Waiting, row.Text(OutboxRows.State)));
        Assert.False(await _parked.ResendAsync(IdOf("refused"), Cancellation));
    }

    [Fact]
    public async Task A_message_that_is_dropped_is_gone()
    {
        Assert.True(await _parked.DropAsync(IdOf("refused"), Cancellation));

        Assert.Equal("waits", Assert.Single(_store.Rows()).Text("Subject"));
        Assert.False(await _parked.DropAsync(IdOf("refused"), Cancellation));
    }

    [Fact]
    public async Task A_message_that_is_not_parked_is_left_alone()
    {
        Assert.False(await _parked.ResendAsync(IdOf("waits"), Cancellation));
        Assert.False(await _parked.DropAsync(IdOf("waits"), Cancellation));
        Assert.Equal(2, _store.Rows().Count);
    }

    private static string IdOf(string name) => MessageId.Of("group", name, name, 0);

    private async Task<List<ParkedMessage>> ListAsync() => await _parked.ListAsync(Cancellation).ToListAsync(Cancellation);

    private void Insert(string bucket, string name, string state, string detail)
    {
        var message = new OutboxMessage(IdOf(name), "test", "group", name, [1, 2, 3], Planned);
        var inserted = _store.Submit(bucket, OutboxRows.Inserts(new Parcel("test", [message])));
        _store.Submit(bucket, [RowOperation.Merge(
            OutboxRows.RowKeyOf(message.Id), new Dictionary<string, object> { [OutboxRows.State] = state, [OutboxRows.Detail] = detail },
            inserted.ETags[0]!)]);
    }
}
