using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

/// <summary>An event of the tests: <c>subject|amount[|event id]</c>; anything else is poison.</summary>
internal sealed record Counted(string Subject, int Amount);

internal sealed class CountedDecoder : IEventDecoder<Counted>
{
    public HashSet<string> Unknown { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Rejected { get; } = new(StringComparer.Ordinal);

    public Func<string, string> SubjectOf { get; set; } = subject => subject;

    public bool Throws { get; set; }

    public bool IgnoresCase { get; set; }

    public bool DecodesByContent { get; init; }

    public int Decoded { get; private set; }

    public IReadOnlyCollection<string>? Groups { get; set; }

    public Rejection? Rejection { get; set; }

    public int Refreshed { get; private set; }

    public Action? OnRefresh { get; set; }

    public Decoded<Counted> Decode(ConsumedRecord record)
    {
        Decoded++;
        var parts = Encoding.UTF8.GetString(record.Value ?? []).Split('|');
        if (parts.Length < 2 || !int.TryParse(parts[1], out var amount))
        {
            return new(null, null, null, new Rejection("poison", "It is no event."));
        }

        if (Rejection is { } rejection)
        {
            return new(null, null, null, rejection);
        }

        if (Throws)
        {
            throw new InvalidOperationException("a mistake");
        }

        if (Rejected.Contains(parts[0]))
        {
            return new(null, parts[0], null, new Rejection("rejected", "It is not wanted."));
        }

        Decoded<Counted> decoded = Unknown.Contains(parts[0])
            ? new(null, parts[0], null, new Rejection("unknown", "It is not known.", Provisional: true))
            : new(new Counted(parts[0], amount), SubjectOf(parts[0]), parts.ElementAtOrDefault(2), null);
        return IgnoresCase ? decoded with { Canonical = Encoding.UTF8.GetBytes(string.Join('|', parts).ToUpperInvariant()) } : decoded;
    }

    public ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        Refreshed++;
        OnRefresh?.Invoke();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Inserts one effect, adds to one counter, and sends one message.</summary>
internal sealed class CountedConsumer(string? effectKind = "effect", int messages = 1, int inserts = 0, string group = "group")
    : IConsumer<Counted>
{
    public string Group => group;

    public string? EffectKind => effectKind;

    public Plan Plan(Counted @event, EventIdentity identity) => new()
    {
        Effect = effectKind is null ? new Dictionary<string, object>() : new Dictionary<string, object> { ["Amount"] = @event.Amount },
        Inserts = [.. Enumerable.Range(0, inserts)
            .Select(i => new RowInsert($"line!{@event.Subject}!{i}", new Dictionary<string, object>()))],
        Additions = [new Addition(RowKey.OfCounter("sum", "all", identity.Coordinates), "Sum", @event.Amount)],
        Messages = [.. Enumerable.Range(0, messages).Select(_ => new PlannedMessage("test", Encoding.UTF8.GetBytes(@event.Subject)))],
    };
}

/// <summary>Plans what a test says.</summary>
internal sealed class PlannedConsumer(Func<Counted, EventIdentity, Plan> plan, string? effectKind = "effect") : IConsumer<Counted>
{
    public string Group => "group";

    public string? EffectKind => effectKind;

    public Plan Plan(Counted @event, EventIdentity identity) => plan(@event, identity);
}

/// <summary>A store whose answers a test bends: it may act before a request, or spoil the answer after it.</summary>
internal sealed class BentStore(MemoryTableStore store, ImpatientTime? time = null) : ITableStore
{
    // The real store asks for so many rows at once.
    private const int ReadsAtOnce = 16;

    public MemoryTableStore Inner => store;

    public int Submits { get; private set; }

    public int RowsRead { get; private set; }

    public int Scans { get; private set; }

    /// <summary>What every request takes on the clock.</summary>
    public TimeSpan Latency { get; set; }

    public Func<int, string, IReadOnlyList<RowOperation>, SubmitResult?>? Before { get; set; }

    public Func<int, SubmitResult, SubmitResult>? After { get; set; }

    public Func<Exception?>? OnRead { get; set; }

    public Task<SubmitResult> SubmitAsync(string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        var number = ++Submits;
        Take(1);
        var result = Before?.Invoke(number, partitionKey, operations) ?? store.Submit(partitionKey, operations);
        return Task.FromResult(After?.Invoke(number, result) ?? result);
    }

    public Task<IReadOnlyDictionary<string, Row>> ReadAsync(
        string partitionKey, IReadOnlyCollection<string> rowKeys, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RowsRead += rowKeys.Count;
        Take((rowKeys.Count + ReadsAtOnce - 1) / ReadsAtOnce);
        return OnRead?.Invoke() is { } failure
            ? Task.FromException<IReadOnlyDictionary<string, Row>>(failure)
            : store.ReadAsync(partitionKey, rowKeys, columns, cancellationToken);
    }

    public IAsyncEnumerable<Row> ScanAsync(
        string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Scans++;
        Take(1);
        return OnRead?.Invoke() is { } failure ? throw failure : store.ScanAsync(partitionKey, rowKeyPrefix, columns, cancellationToken);
    }

    private void Take(int requests)
    {
        if (Latency > TimeSpan.Zero)
        {
            time!.Advance(requests * Latency);
        }
    }
}

/// <summary>Takes what the processor offers, and sends nothing.</summary>
internal sealed class SilentOutbox : IOutbox
{
    public List<CommittedParcel> Parcels { get; } = [];

    public IEnumerable<OutboxMessage> Offered => Parcels.SelectMany(parcel => parcel.Parcel.Messages);

    public void Offer(string bucket, IReadOnlyList<CommittedParcel> parcels) => Parcels.AddRange(parcels);
}

/// <summary>The counts of an outcome, to compare.</summary>
internal static class OutcomeCounts
{
    public static (int Applied, int Duplicates, int DeadLettered, int PassedOver) Counts(this BatchOutcome outcome) =>
        (outcome.Applied, outcome.Duplicates, outcome.DeadLettered, outcome.PassedOver);
}

/// <summary>A group over a table in memory.</summary>
internal sealed class TestGroup
{
    public TestGroup(IConsumer<Counted>? consumer = null, MemoryTableStore? table = null, int buckets = 1, TimeSpan? deadline = null,
        bool decodesByContent = false)
    {
        Buckets = buckets;
        Decoder = new CountedDecoder { DecodesByContent = decodesByContent };
        Store = new BentStore(table ?? new MemoryTableStore(), Time);
        Processor = new BatchProcessor<Counted>(
            consumer ?? new CountedConsumer(),
            Decoder,
            Store,
            new FunctionsConsumers.EffectivelyOnce.Subjects.Buckets(buckets),
            Outbox,
            new EffectivelyOnceOptions { BatchDeadline = deadline ?? TimeSpan.FromSeconds(30) },
            Time,
            new Random(1),
            NullLogger.Instance);
    }

    public int Buckets { get; }

    public ImpatientTime Time { get; } = new();

    public CountedDecoder Decoder { get; }

    public BentStore Store { get; }

    public SilentOutbox Outbox { get; } = new();

    public BatchProcessor<Counted> Processor { get; }

    public Task<BatchOutcome> ProcessAsync(params ConsumedRecord[] records) =>
        Processor.ProcessAsync(records, TestContext.Current.CancellationToken);

    public IReadOnlyList<Row> Rows(string prefix) =>
        [.. Store.Inner.Rows().Where(row => row.RowKey.StartsWith(prefix, StringComparison.Ordinal))];

    public long Sum() => Rows("sum!").Sum(row => row.Number("Sum") ?? 0);

    public static ConsumedRecord Record(long offset, string value, int partition = 0, string? key = null) => new(
        new Coordinates("topic", partition, offset),
        DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000 + offset),
        null,
        Encoding.UTF8.GetBytes(value),
        key is null ? [] : [new RecordHeader("idempotency-key", Encoding.UTF8.GetBytes(key))]);
}
