using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using FunctionsConsumers.UnitTests.Fuzzing;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

[Collection(nameof(Traced))]
public sealed class TraceContextTests(ITestOutputHelper output) : IDisposable
{
    private const string Good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly Traced _traced = new();
    private readonly TestGroup _group = new();

    public void Dispose() => _traced.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0\u00e9")]
    public async Task A_malformed_traceparent_gives_no_link_and_harms_no_batch(string parent)
    {
        var outcome = await _group.ProcessAsync(Sent(0, parent, null), Sent(1, Good, null));

        Assert.Equal(2, outcome.Applied);
        Assert.Equal(
            Good, Assert.Single(_traced.One("process").Links.Select(link => $"00-{link.Context.TraceId}-{link.Context.SpanId}-01")));
    }

    [Theory]
    [InlineData("vendor=1,other=2", "vendor=1,other=2")]
    [InlineData("vendor=\"1\"", null)]
    [InlineData("vendor=\r\nX: y", null)]
    [InlineData("", null)]
    public void A_tracestate_that_is_none_is_left_out(string state, string? expected) =>
        Assert.Equal(new TraceContext(Good, expected), TraceContext.Of(Sent(0, Good, state)));

    [Fact]
    public void The_longest_context_stays_within_what_a_row_has_for_it()
    {
        var context = TraceContext.Of(Good, "v=" + new string('a', 510))!.Value;

        Assert.Equal(512, context.State!.Length);
        Assert.True(
            ("TraceParent".Length + "TraceState".Length) * 2 + context.Parent.Length + context.State.Length + 80 < TraceContext.RowBytes);
        Assert.Equal(new TraceContext(Good, null), TraceContext.Of(Good, "v=" + new string('a', 511)));
    }

    [Fact]
    public void What_is_read_as_a_context_can_be_gone_on_with()
    {
        var context = TraceContext.Of(Sent(0, Good, "vendor=1"))!.Value.ToRemote();

        Assert.Equal(
            "0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 vendor=1", $"{context.TraceId} {context.SpanId} {context.TraceState}");
    }

    [Fact]
    public async Task Fuzzed_trace_headers_harm_no_batch()
    {
        var run = new FuzzRun(output, 5_000);
        var offset = 0;
        for (var input = 0; input < run.Inputs; input += 50)
        {
            ConsumedRecord[] records = [.. Enumerable.Range(0, 50)
                .Select(_ => Record(offset, $"s{offset++}|1") with { Headers = Headers(run.Random) })];
            var outcome = await _group.ProcessAsync(records);
            run.Require(outcome.Applied == records.Length, input, $"{outcome.Applied} of {records.Length} applied");
            run.Require(_traced.Spans[^1].Links.All(link => link.Context != default), input, "a link to nothing");
        }
    }

    private static RecordHeader[] Headers(Random random) => [.. Enumerable.Range(0, random.Next(3)).SelectMany(_ => new[]
    {
        new RecordHeader("traceparent", Bytes(random, Good)),
        new RecordHeader("tracestate", Bytes(random, "vendor=1,other=2")),
    })];

    // Mostly nearly right, sometimes anything, of any length, or nothing at all.
    private static byte[]? Bytes(Random random, string right)
    {
        var bytes = Encoding.ASCII.GetBytes(right);
        switch (random.Next(6))
        {
            case 0:
                return null;
            case 1:
                var any = new byte[random.Next(700)];
                random.NextBytes(any);
                return any;
            case 2:
                return bytes[..random.Next(bytes.Length)];
            case 3:
                return [.. bytes, .. Encoding.ASCII.GetBytes(new string('-', random.Next(200)))];
            default:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
        }
    }

    private static ConsumedRecord Sent(long offset, string parent, string? state) => Record(offset, $"subject{offset}|1") with
    {
        Headers = [
            new RecordHeader("traceparent", Encoding.UTF8.GetBytes(parent)),
            .. state is null ? [] : new[] { new RecordHeader("tracestate", Encoding.UTF8.GetBytes(state)) },
        ],
    };
}
