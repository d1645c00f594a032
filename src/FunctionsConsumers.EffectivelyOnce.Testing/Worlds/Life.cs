using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Progress;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// One life of a host's process: the group and the service that runs its loops, as a host has them, fed as the trigger or the
/// hosted consumer feeds them: one batch in flight, the same batch again when it failed, offsets stored on success and
/// committed some time later. Now and then the host skips a batch, and function code is not told. In a small world, where
/// everything that may happen next is bounded, the world itself drives the parts of the group, one by one.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A process that crashes disposes of nothing.")]
internal sealed partial class Life
{
    // One or two for each bucket that had a request under way when the time was over.
    private const int MostLateRequests = 10;

    private readonly Dictionary<int, (int Position, int Stored, int Generation)> _partitions = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly IConsumerGroup _group;
    private readonly ConsumerGroupsService _service;
    private readonly OpenGroup _open;
    private readonly GapAudit _audit;
    private readonly HostedLife? _hosted;
    private readonly InDoubtPolicy _inDoubt;
    private readonly AsyncLocal<int> _delivery = new();
    private readonly Dictionary<int, int> _lateRequests = [];
    private readonly List<ConsumedRecord> _ahead = [];
    private ConsumedRecord[]? _batch;
    private Dictionary<int, int> _batchGenerations = [];
    private bool _started;
    private bool _stopped;
    private bool _inFlight;
    private bool _sweeping;
    private bool _auditing;
    private bool _forgetting;
    private int _dispatching;

    public Life(World world, string name)
    {
        World = world;
        Name = name;
        world.LivesByName.Add(name, this);
        var setting = world.Setting;
        Time = setting.Small is null
            ? new SimulatedTime(world.Clock, TimeSpan.FromSeconds(world.Choices.Below(50)),
                setting.NeedsRightClocks
                    ? TimeSpan.FromSeconds(world.Choices.Below(241) - 120)
                    : TimeSpan.FromSeconds((world.Choices.Below(7) * 100) - 300))
            : new SimulatedTime(world.Clock, TimeSpan.Zero, TimeSpan.Zero);
        var isOfNewVersion = !setting.HasVersions || world.IsSettling || world.Choices.Below(2) == 0;
        IsOfOldVersion = !isOfNewVersion;
        world.Happenings.On(Happening.StartOfAnOldVersion, IsOfOldVersion ? 1 : 0);
        var options = new EffectivelyOnceOptions
        {
            Buckets = setting.Buckets,
            OutboxLease = setting.Lease,
            BatchDeadline = setting.BatchDeadline,
            Retention = setting.Retention,
            InDoubt = isOfNewVersion ? InDoubtPolicy.Resend : InDoubtPolicy.Park,

            // Who waits for a place among the sends goes on on the thread pool; here none has to.
            SendsAtOnce = 1000,
        };
        _inDoubt = options.InDoubt;
        Kinds = world.Consumer.KindsOf(this);
        var process = new ProcessLife
        {
            Id = name,
            Random = new Random(setting.Seed),
            Start = static work => work(),
            Audited = processor => new WatchedProcessor(this, processor),
        };
        var log = new ModelledGroupLog(this);
        _group = world.Consumer.MakeGroup(this, new GroupParts(new ModelledTables(this), ModelledSender.All(this), log, options, process));
        _service = new ConsumerGroupsService([_group], process, Time, NullLogger<ConsumerGroupsService>.Instance);
        _open = _group.OpenAsync(CancellationToken.None).Result;
        _audit = new GapAudit(new WatchedProcessor(this, _open.Processor), _open.Progress, log, Time, NullLogger.Instance);
        _started = setting.Small is not null;
        _hosted = setting.IsHosted ? new HostedLife(this, process) : null;
    }

    public World World { get; }

    /// <summary>Whether it lacks the sender of a kind, has another setting for doubt, and plans otherwise.</summary>
    public bool IsOfOldVersion { get; }

    public string Group => World.Consumer.Group;

    /// <summary>The kinds of messages it has senders for, and the policy of each; null for the setting's.</summary>
    public IReadOnlyDictionary<string, InDoubtPolicy?> Kinds { get; }

    /// <summary>Never used by another life.</summary>
    public string Name { get; }

    public SimulatedTime Time { get; }

    /// <summary>Until then it takes no answer, and none of its timers fires.</summary>
    public TimeSpan PausedUntil { get; set; }

    public bool IsPaused => PausedUntil > World.Clock.Now;

    /// <summary>Whether it ended on its own or by a crash.</summary>
    public bool IsGone { get; private set; }

    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>How many batches the processor was given, redeliveries and the audit's too.</summary>
    public int Delivery { get; private set; }

    /// <summary>The number of the batch for which the code that asks is running; 0 for none.</summary>
    public int CurrentDelivery => _delivery.Value;

    /// <summary>Since when the life has had records in hand without a break; null where it has none.</summary>
    public TimeSpan? InHandSince { get; private set; }

    /// <summary>A digest of everything this life has seen: its code is a function of that.</summary>
    public ulong Observed { get; private set; } = 14695981039346656037UL;

    public bool IsIdle => _started && !_inFlight && _batch is null && _ahead.Count == 0
        && !_sweeping && _dispatching == 0 && !_auditing && !_forgetting
        && (World.Setting.Small is not null || !World.Operations.Exists(operation => operation.Life == this));

    public bool CanTake => _started && !_inFlight && !IsStopping && (_batch is not null || _ahead.Count > 0
        || _partitions.Any(partition => IsCurrent(partition.Key) && PlaceOf(partition.Key) < World.Log.End[partition.Key]));

    public bool CanReadAhead => _started && !IsStopping && !IsPaused;

    public bool CanCommit =>
        _partitions.Any(partition => IsCurrent(partition.Key) && partition.Value.Stored > World.Log.Committed[partition.Key]);

    public bool CanDispatch => !_open.Outbox.IsEmpty && _dispatching < 2 && !IsStopping;

    public bool CanSweep => !_sweeping && !IsStopping;

    /// <summary>Whether the host can skip a batch, a new one or one that failed: once every partition has its floor.</summary>
    public bool CanSkip => CanTake && World.Oracle.HasFloors;

    public bool CanAudit => _started && !_auditing && !IsStopping;

    public bool CanForget => _started && !_forgetting && !IsStopping;

    public bool CanEnd => _stopped && !_inFlight && !_auditing && !_forgetting && _hosted?.IsRunning != true;

    /// <summary>Whether it is a hosted consumer, whose own loops audit and forget; else timers of the host do.</summary>
    public bool IsHosted => _hosted is not null;

    public void Assigned(int partition, int position)
    {
        _partitions[partition] = (position, World.Log.Committed[partition], World.Log.Generation[partition]);
        _hosted?.Assigned(partition);
        Observe("assigned", string.Create(CultureInfo.InvariantCulture, $"{partition} {position}"));
    }

    /// <summary>Another member has it from now on.</summary>
    public void Revoked(int partition)
    {
        _ahead.RemoveAll(record => record.Coordinates.Partition == partition);
        _hosted?.Revoked(partition);
    }

    public void Dispatch()
    {
        Observe("dispatch", "");
        _ = DispatchAsync();
    }

    public void Sweep() => _ = SweepAsync();

    /// <summary>The process starts: each partition gets its floor where it has none, and the loops begin.</summary>
    public void Begin() => _ = BeginAsync();

    public void Audit() => _ = AuditAsync();

    public void Forget() => _ = ForgetAsync();

    /// <summary>SIGTERM: what runs is asked to end.</summary>
    public void Stop() => _ = StopAsync();

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

    /// <summary>A batch whose time is over, or whose process stops, ends: it may send what it had in hand, and no more.</summary>
    public void OnRequest(CancellationToken cancellationToken)
    {
        if (CurrentDelivery == 0 || !cancellationToken.IsCancellationRequested)
        {
            return;
        }

        var late = _lateRequests[CurrentDelivery] = _lateRequests.GetValueOrDefault(CurrentDelivery) + 1;
        if (late > MostLateRequests)
        {
            World.Fail($"{Name} goes on with its batch after the deadline");
        }
    }

    /// <summary>Whether it has a sender for messages of a kind.</summary>
    public bool Sends(string kind) => kind == DeadLetter.Kind || Kinds.ContainsKey(kind);

    /// <summary>Whether it leaves a message of a kind to a person when it claims it and comes to doubt.</summary>
    public bool Parks(string kind) => kind != DeadLetter.Kind && (Kinds.GetValueOrDefault(kind) ?? _inDoubt) == InDoubtPolicy.Park;

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
        World.Log.Owner[partition] == this && _partitions.TryGetValue(partition, out var state)
            && state.Generation == World.Log.Generation[partition];

    private static string Describe(IEnumerable<ConsumedRecord> batch) =>
        string.Join(' ', batch.Select(record => record.Coordinates.Partition + ":" + record.Coordinates.Offset));
}
