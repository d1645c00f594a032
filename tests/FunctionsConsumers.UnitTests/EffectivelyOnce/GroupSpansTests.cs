using System.Diagnostics;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

[Collection(nameof(Traced))]
public sealed class GroupSpansTests : IDisposable
{
    private const string Producer = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Another = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private readonly Traced _traced = new();
    private readonly TestGroup _group = new();

    public void Dispose() => _traced.Dispose();

    [Fact]
    public async Task A_batch_is_a_span_with_the_names_of_the_messaging_conventions()
    {
        await _group.ProcessAsync(Record(0, "a|1"), Record(1, "b|1"), Record(2, "a|1"), Record(3, "no event"));

        var span = _traced.One("process");
        Assert.Equal(("process topic", ActivityKind.Consumer, ActivityStatusCode.Unset), (span.DisplayName, span.Kind, span.Status));
        Assert.Equal(
            [
                "effectively_once.applied=2", "effectively_once.attempts=1", "effectively_once.dead_lettered=1",
                "effectively_once.duplicates=1",
                "messaging.batch.message_count=4", "messaging.consumer.group.name=group", "messaging.destination.name=topic",
                "messaging.destination.partition.id=0", "messaging.operation.name=process", "messaging.operation.type=process",
                "messaging.system=kafka",
            ],
            Tags(span));
    }

    [Fact]
    public async Task A_batch_of_several_topics_names_none_and_one_of_a_single_record_names_its_offset()
    {
        var other = Record(1, "b|1", partition: 3);
        await _group.ProcessAsync(Record(0, "a|1"), other with { Coordinates = other.Coordinates with { Topic = "other" } });
        await _group.ProcessAsync(Record(7, "c|1", partition: 2));

        var (mixed, single) = (_traced.Spans.First(span => span.DisplayName == "process"), _traced.One("process topic"));
        Assert.Equal(
            (null, null), (mixed.GetTagItem("messaging.destination.name"), mixed.GetTagItem("messaging.destination.partition.id")));
        Assert.Equal(("2", 7L), (single.GetTagItem("messaging.destination.partition.id"), single.GetTagItem("messaging.kafka.offset")));
    }

    [Fact]
    public async Task A_batch_links_to_the_context_of_each_producer_once()
    {
        await _group.ProcessAsync(
            Sent(0, "a|1", Producer, "vendor=1"), Sent(1, "b|1", Another), Sent(2, "c|1", Another), Record(3, "d|1"));

        var span = _traced.One("process");
        Assert.Equal(
            ["0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 vendor=1 True", "4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7  True"],
            span.Links.Select(link => $"{link.Context.TraceId} {link.Context.SpanId} {link.Context.TraceState} {link.Context.IsRemote}")
                .Order(StringComparer.Ordinal));
        Assert.Equal(default, span.ParentSpanId);
    }

    [Fact]
    public async Task A_transaction_is_a_span_of_its_batch()
    {
        await _group.ProcessAsync(Record(0, "a|1"));

        var (batch, transaction) = (_traced.One("process"), _traced.One("transaction"));
        Assert.Equal(
            ("transaction group", batch.SpanId, batch.TraceId), (transaction.DisplayName, transaction.ParentSpanId, transaction.TraceId));
        Assert.Equal(
            [
                "effectively_once.bucket=b000", "effectively_once.transaction.answer=committed", "effectively_once.transaction.records=1",
                "effectively_once.transaction.rows=3", "messaging.consumer.group.name=group",
            ],
            Tags(transaction));
    }

    [Fact]
    public async Task An_answer_that_tells_nothing_is_told_and_is_no_error()
    {
        _group.Store.Before = (number, _, _) => number == 1 ? new SubmitResult(SubmitStatus.Unknown, [], "503 ServerBusy") : null;
        await _group.ProcessAsync(Record(0, "a|1"));

        Assert.Equal(
            ["unknown Unset", "committed Unset"],
            _traced.Spans.Where(span => span.DisplayName == "transaction group")
                .Select(span => $"{span.GetTagItem("effectively_once.transaction.answer")} {span.Status}"));
    }

    [Fact]
    public async Task A_batch_that_fails_tells_the_type_of_its_error_and_not_its_text()
    {
        _group.Store.Before = (_, _, _) => new SubmitResult(SubmitStatus.Misconfigured, [], "anna@example.org");
        await Assert.ThrowsAsync<SettingException>(() => _group.ProcessAsync(Record(0, "a|1")));

        var span = _traced.One("process");
        Assert.Equal(
            (ActivityStatusCode.Error, null, "FunctionsConsumers.EffectivelyOnce.SettingException"),
            (span.Status, span.StatusDescription, span.GetTagItem("error.type")));
        Assert.Empty(span.Events);
        Assert.Equal((ActivityStatusCode.Error, "misconfigured"),
            (_traced.One("transaction").Status, _traced.One("transaction").GetTagItem("error.type")));
    }

    [Fact]
    public async Task No_span_holds_a_key_a_value_or_a_subject()
    {
        await _group.ProcessAsync(Record(0, "anna@example.org|1", key: "anna-key"), Record(1, "anna was here"),
            Record(2, "anna@example.org|2", key: "anna-key"));

        Assert.Equal(3, _traced.Spans.Count);
        Assert.DoesNotContain(_traced.Spans, span =>
            string.Join(' ', [span.DisplayName, span.StatusDescription, .. Tags(span)]).Contains("anna", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_rows_of_a_transactions_messages_carry_its_context()
    {
        await _group.ProcessAsync(Record(0, "a|1"));

        Assert.Equal(_traced.One("transaction").Id, Assert.Single(_group.Rows("outbox!")).Text("TraceParent"));
    }

    [Fact]
    public void A_dead_letter_goes_on_with_its_sends_context_and_keeps_the_producers_own_where_it_stood()
    {
        var letter = new DeadLetter(
            "group", "poison", "It is no event.", DateTimeOffset.UnixEpoch, Sent(0, "no event", Producer, "vendor=1"));
        var headers = DeadLetterRecord.Of(letter, "id", TraceContext.Of(Another, null))
            .Headers.Select(header => $"{header.Key}={Encoding.UTF8.GetString(header.GetValueBytes())}")
            .ToList();

        Assert.Equal(["traceparent=" + Producer, "tracestate=vendor=1"], headers[..2]);
        Assert.Equal("traceparent=" + Another, headers[^1]);
    }

    private static ConsumedRecord Sent(long offset, string value, string parent, string? state = null) => Record(offset, value) with
    {
        Headers = [
            new RecordHeader("traceparent", Encoding.UTF8.GetBytes(parent)),
            .. state is null ? [] : new[] { new RecordHeader("tracestate", Encoding.UTF8.GetBytes(state)) },
        ],
    };

    private static IEnumerable<string> Tags(Activity span) =>
        span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal);
}
