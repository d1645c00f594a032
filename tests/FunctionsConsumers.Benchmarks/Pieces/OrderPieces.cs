using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using FunctionsConsumers.Benchmarks.Rigs;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Reading;

namespace FunctionsConsumers.Benchmarks.Pieces;

/// <summary>What one order costs on its way, piece by piece.</summary>
[MemoryDiagnoser]
public class OrderPieces
{
    private readonly ConsumedRecord[] _records = OrderBatches.Make(7, Orders)[0];
    private readonly OrderDecoder _decoder = Groups.DecoderAsync().GetAwaiter().GetResult();
    private readonly Delivery _delivery = Delivery.Begin(DateTimeOffset.UnixEpoch);
    private readonly KnownRecords _known = new(1 << 20);
    private Planner<OrderEvent> _planner = null!;

    private const int Orders = OrderBatches.Size;

    /// <summary>The group whose plans are made.</summary>
    [Params("billing", "inventory", "notification")]
    public string Group { get; set; } = "";

    /// <summary>Runs them all.</summary>
    internal static int Run() => BenchmarkRunner.Run<OrderPieces>(
        DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))).HasCriticalValidationErrors ? 1 : 0;

    /// <summary>Makes the group's planner.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _planner = new Planner<OrderEvent>(Groups.Consumer(Group), _decoder, new Buckets(Groups.Buckets));
        foreach (var record in _records)
        {
            _known.Remember(record, KnownRecords.HashOf(record));
        }
    }

    /// <summary>JSON to order, with its canonical form.</summary>
    [Benchmark(OperationsPerInvoke = Orders)]
    public int Decode() => _records.Count(record => _decoder.Decode(record).Event is not null);

    /// <summary>Record to rows: decoded, identified, planned, checked.</summary>
    [Benchmark(OperationsPerInvoke = Orders)]
    public int Plan() => _records.Count(record => _planner.Plan(record, _delivery) is not null);

    /// <summary>A record that the process has seen applied.</summary>
    [Benchmark(OperationsPerInvoke = Orders)]
    public int Recognize() => _records.Count(record => _known.Knows(record, KnownRecords.HashOf(record)));

    /// <summary>The fingerprint of a value.</summary>
    [Benchmark(OperationsPerInvoke = Orders)]
    public int Hash() => _records.Count(record => Fingerprint.Of(record.Value).Length > 0);
}
