using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Keys;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.SimulationTests.Domain;
using FunctionsConsumers.SimulationTests.Tables;
using FunctionsConsumers.SimulationTests.Worlds;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.SimulationTests.Log;

/// <summary>
/// One life of a host's process: the real processor and the real outbox, fed the way the trigger feeds them: one batch in
/// flight, the same batch again in place when it failed, offsets stored on success and committed some time later.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A process that crashes disposes of nothing.")]
internal sealed partial class Life : IOutbox
{
    private readonly Dictionary<int, (int Position, int Stored, int Generation)> _partitions = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly BatchProcessor<Order> _processor;
    private readonly GroupOutbox _outbox;
    private ConsumedRecord[]? _batch;
    private Dictionary<int, int> _batchGenerations = [];
    private bool _inFlight;
    private bool _sweeping;
    private int _dispatching;
    private bool _offered;

    public Life(World world, string name)
    {
        World = world;
        Name = name;
        var setting = world.Setting;
        Time = setting.Small is null
            ? new SimulatedTime(world.Clock, TimeSpan.FromSeconds(world.Choices.Below(50)), TimeSpan.FromSeconds((world.Choices.Below(7) * 100) - 300))
            : new SimulatedTime(world.Clock, TimeSpan.Zero, TimeSpan.Zero);
        var store = new ModelledStore(this);
        var buckets = new Buckets(setting.Buckets);
        var options = new EffectivelyOnceOptions { Buckets = setting.Buckets, OutboxLease = setting.Lease, BatchDeadline = setting.BatchDeadline, InDoubt = InDoubtPolicy.Resend };
        _outbox = new GroupOutbox(
            OrderConsumer.GroupName, store, buckets, ModelledSender.All(this), options, name, Time, NullLogger.Instance);
        _processor = new BatchProcessor<Order>(
            new OrderConsumer(setting.EffectKind),
            new OrderDecoder(new HashSet<string>(world.Catalog), RefreshAsync),
            store, buckets, this, options, Time, new Random(setting.Seed), NullLogger.Instance);
    }

    public World World { get; }

    /// <summary>Never used by another life.</summary>
    public string Name { get; }

    public SimulatedTime Time { get; }

    /// <summary>Until then it takes no answer, and none of its timers fires.</summary>
    public TimeSpan PausedUntil { get; set; }

    public bool IsPaused => PausedUntil > World.Clock.Now;

    /// <summary>Whether it ended on its own or by a crash.</summary>
    public bool IsGone { get; private set; }

    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>The number of the batch in hand, counted from 1, redeliveries too.</summary>
    public int Delivery { get; private set; }

    /// <summary>A digest of everything this life has seen: its code is a function of that.</summary>
    public ulong Observed { get; private set; } = 14695981039346656037UL;

    public bool IsIdle => !_inFlight && _batch is null && !_sweeping && _dispatching == 0;

    public bool CanTake => !_inFlight && !IsStopping && (_batch is not null || _partitions.Any(partition => IsCurrent(partition.Key) && partition.Value.Position < World.Log.End[partition.Key]));

    public bool CanCommit => _partitions.Any(partition => IsCurrent(partition.Key) && partition.Value.Stored > World.Log.Committed[partition.Key]);

    public bool CanDispatch => _offered && _dispatching < 2 && !IsStopping;

    public bool CanSweep => !_sweeping && !IsStopping;

    public bool CanEnd => IsStopping && !_inFlight && !_sweeping && _dispatching == 0;

    public void Assigned(int partition, int position)
    {
        _partitions[partition] = (position, position, World.Log.Generation[partition]);
        Observe("assigned", string.Create(CultureInfo.InvariantCulture, $"{partition} {position}"));
    }

    /// <summary>Takes the next batch, or the one that failed once more, and processes it.</summary>
    public void Take()
    {
        if (_batch is null)
        {
            List<ConsumedRecord> records = [];
            _batchGenerations = [];
            foreach (var (partition, state) in _partitions.Where(partition => IsCurrent(partition.Key)).OrderBy(partition => partition.Key).ToArray())
            {
                var there = World.Log.End[partition] - state.Position;
                var count = there == 0 ? 0 : World.Setting.Small is not null ? there : World.Choices.Below(there + 1);
                records.AddRange(Enumerable.Range(state.Position, count).Select(offset => World.Log.At(partition, offset).Record));
                _partitions[partition] = state with { Position = state.Position + count };
                _batchGenerations[partition] = state.Generation;
            }

            if (records.Count == 0)
            {
                return;
            }

            _batch = [.. records];
        }

        Delivery++;
        World.Oracle.OnTaken(this);
        Observe("batch", World.IsObserved ? string.Join(' ', _batch.Select(record => record.Coordinates)) : "");
        _ = RunBatchAsync(_batch);
    }

    /// <summary>Commits what is stored, where the group still takes it.</summary>
    public void Commit()
    {
        foreach (var (partition, state) in _partitions)
        {
            if (IsCurrent(partition) && state.Stored > World.Log.Committed[partition])
            {
                World.Log.Committed[partition] = state.Stored;
                World.Note(Name, $"commits p{partition} at {state.Stored}");
            }
        }
    }

    /// <summary>The processor's messages, on their way to the real outbox.</summary>
    public void Offer(string bucket, IReadOnlyList<CommittedParcel> parcels)
    {
        _offered = true;
        _outbox.Offer(bucket, parcels);
    }

    public void Dispatch()
    {
        _offered = false;
        Observe("dispatch", "");
        _ = DispatchAsync();
    }

    public void Sweep() => _ = SweepAsync();

    /// <summary>SIGTERM: what runs is asked to end.</summary>
    public void Stop() => _stopping.Cancel();

    /// <summary>The process is gone: its memory, its waiting, its timers. What is on its way to others may still arrive.</summary>
    public void End()
    {
        IsGone = true;
        Time.Timers.Clear();
        foreach (var operation in World.Operations.Where(operation => operation.Life == this).ToArray())
        {
            World.Operations.Remove(operation);
            operation.Abandon();
        }
    }

    /// <summary>Takes in what an answer said.</summary>
    public void Observe(string what, string answer)
    {
        Observed = (Observed ^ (ulong)World.Clock.Now.Ticks) * 1099511628211UL;
        foreach (var c in what.AsSpan())
        {
            Observed = (Observed ^ c) * 1099511628211UL;
        }

        foreach (var c in answer.AsSpan())
        {
            Observed = (Observed ^ c) * 1099511628211UL;
        }
    }

    private bool IsCurrent(int partition) =>
        World.Log.Owner[partition] == this && _partitions.TryGetValue(partition, out var state) && state.Generation == World.Log.Generation[partition];
}
