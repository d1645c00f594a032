using System.Diagnostics;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;

[Collection(nameof(Traced))]
public sealed class OutboxTracesTests : IDisposable
{
    private const string Committed = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Bucket = "b000";

    private readonly Traced _traced = new();
    private readonly MemoryTableStore _store = new();
    private readonly ImpatientTime _time = new();
    private readonly TestSender _sender = new("test");

    public void Dispose() => _traced.Dispose();

    [Fact]
    public async Task A_send_is_a_span_of_the_transaction_that_committed_its_message_on_whatever_host()
    {
        Insert(TraceContext.Of(Committed, "vendor=1"), "one");
        Activity? current = null;
        _sender.OnSend = () => current = Activity.Current;
        await Host().SweepAsync(TestContext.Current.CancellationToken);

        var span = _traced.One("send");
        Assert.Same(span, current);
        Assert.Equal(("send test", ActivityKind.Producer, ActivityStatusCode.Unset), (span.DisplayName, span.Kind, span.Status));
        Assert.Equal(
            "0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 vendor=1 True",
            $"{span.TraceId} {span.ParentSpanId} {span.TraceStateString} {span.HasRemoteParent}");
        Assert.Equal(new TraceContext(span.Id!, "vendor=1"), Assert.Single(_sender.Tried).Trace);
        Assert.Equal(
            [
                "effectively_once.message.kind=test", "effectively_once.message.may_have_been_sent=False",
                "effectively_once.message.outcome=sent",
                "messaging.consumer.group.name=group", "messaging.message.id=" + MessageId.Of("group", "one", "one", 0),
                "messaging.operation.name=send", "messaging.operation.type=send",
            ],
            span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_left_of_a_shared_row_keeps_its_context_for_the_next_host()
    {
        Insert(TraceContext.Of(Committed, null), "one", "two", "three");
        _sender.ResultOf = message => message.Subject switch
        {
            "one" => SendResult.Sent,
            "two" => new SendResult(SendStatus.NotSent, "away"),
            _ => new SendResult(SendStatus.Refused, "no"),
        };
        await Host().SweepAsync(TestContext.Current.CancellationToken);

        Assert.Equal([Committed, Committed], _store.Rows().Select(row => row.Text("TraceParent")));
        Assert.Equal(
            ["not_sent Error", "refused Error", "sent Unset"],
            _traced.Spans.Select(span => $"{span.GetTagItem("effectively_once.message.outcome")} {span.Status}")
                .Order(StringComparer.Ordinal));

        _sender.ResultOf = null;
        await Host("another").SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Committed[3..35], _traced.Spans[^1].TraceId.ToHexString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("garbage")]
    public async Task A_row_without_a_context_is_sent_in_a_trace_of_its_own(string? parent)
    {
        Insert(null, "one");
        if (parent is not null)
        {
            var row = Assert.Single(_store.Rows());
            _store.Submit(Bucket, [RowOperation.Merge(row.RowKey, new Dictionary<string, object> { ["TraceParent"] = parent }, row.ETag)]);
        }

        await Host().SweepAsync(TestContext.Current.CancellationToken);

        Assert.Empty(_store.Rows());
        Assert.Equal(default, _traced.One("send").ParentSpanId);
    }

    [Fact]
    public async Task Where_nobody_listens_the_receiver_gets_the_context_of_the_row()
    {
        _traced.Dispose();
        Insert(TraceContext.Of(Committed, null), "one");
        await Host().SweepAsync(TestContext.Current.CancellationToken);

        Assert.Equal(TraceContext.Of(Committed, null), Assert.Single(_sender.Tried).Trace);
    }

    [Fact]
    public async Task A_send_that_throws_tells_the_type_of_its_error_and_not_its_text()
    {
        Insert(TraceContext.Of(Committed, null), "one");
        _sender.OnSend = () => throw new InvalidOperationException("anna@example.org");
        await Host().SweepAsync(TestContext.Current.CancellationToken);

        var span = _traced.Spans[0];
        Assert.Equal((ActivityStatusCode.Error, null, "System.InvalidOperationException"),
            (span.Status, span.StatusDescription, span.GetTagItem("error.type")));
        Assert.Empty(span.Events);
    }

    private GroupOutbox Host(string owner = "me") => new(
        "group", _store, new Buckets(1), [_sender], new EffectivelyOnceOptions { Buckets = 1, InDoubt = InDoubtPolicy.Park }, owner, _time,
        NullLogger.Instance);

    private void Insert(TraceContext? trace, params string[] names)
    {
        var parcel = new Parcel("test", [.. names.Select(name =>
            new OutboxMessage(MessageId.Of("group", name, name, 0), "test", "group", name, Encoding.UTF8.GetBytes(name),
                _time.GetUtcNow()))]) { Trace = trace };
        _store.Submit(Bucket, OutboxRows.Inserts(parcel));
    }
}
