using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// One history: hosts, log, table, receiver and clock, and a scheduler that lets one thing happen after another, all on
/// one thread. What happens is decided by the choices alone.
/// </summary>
internal sealed partial class World
{
    // By then whoever still acts on the old topic has ended.
    private const int StepsUntilMembersChange = 3_000;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<Life?> _hosts = [];
    private readonly List<TransactionRequest> _late = [];
    private readonly List<SendOperation> _lateMessages = [];
    private readonly List<(int Weight, Action<World, object?> Act, object? Target)> _possible = [];
    private int[] _weights = new int[64];
    private readonly Faults _faults;
    private int _faultsLeft;
    private int _lives;
    private bool _settling;
    private TimeSpan _throttledUntil;

    public World(Setting setting, Choices choices, Faults faults, bool tracing = false)
    {
        Setting = setting;
        Choices = choices;
        _faults = faults;
        _faultsLeft = setting.Small?.Faults ?? int.MaxValue;
        (_rebalancesLeft, _sweepsLeft, _clockMovesLeft) = (setting.Small?.Rebalances ?? 0, setting.Small?.Sweeps ?? 0,
            setting.Small?.ClockMoves ?? 0);
        (_skipsLeft, _auditsLeft) = (setting.Small?.Skips ?? 0, setting.Small?.Audits ?? 0);
        IsTracing = tracing;
        Log = new ModelledLog(setting.Records, setting.Begins ?? new int[setting.Records.Count],
            setting.HasCommitted ?? new bool[setting.Records.Count], setting.LaterPartitions);
        Consumer = setting.Consumer(this);
        Oracle = new Oracle(this);
        Table.Committed = Oracle.OnCommitted;
        Progress.Committed = Oracle.OnProgress;
        for (var slot = 0; slot < setting.Hosts; slot++)
        {
            _hosts.Add(null);
        }

        Happenings.On(Happening.HistoryThroughTheClient, setting.ThroughClient ? 1 : 0);
        Happenings.On(Happening.HistoryOfManyResends, setting.Kind is HistoryKind.ManyResends ? 1 : 0);
        Happenings.On(Happening.LargeWorld, setting.Kind is HistoryKind.Large ? 1 : 0);

        if (setting.Small is not null)
        {
            BeginSmall();
        }
    }

    public Setting Setting { get; }

    public Choices Choices { get; private set; }

    /// <summary>The faults that may happen now.</summary>
    public Faults Faults => _faultsLeft > 0 ? _faults : Faults.None;

    public SimulatedClock Clock { get; } = new();

    /// <summary>The group's table.</summary>
    public ModelledTable Table { get; } = new();

    /// <summary>The table <c>progress</c>.</summary>
    public ModelledTable Progress { get; } = new();

    /// <summary>Whether the table service answers every request 503 just now.</summary>
    public bool IsThrottled => Clock.Now < _throttledUntil;

    public ModelledLog Log { get; }

    /// <summary>The consumer in the hosts.</summary>
    public ConsumerUnderTest Consumer { get; }

    /// <summary>What process lives wait for.</summary>
    public List<Operation> Operations { get; } = [];

    public Oracle Oracle { get; }

    /// <summary>Whether whatever is left takes its course: hosts that start are of the new version.</summary>
    public bool IsSettling => _settling;

    /// <summary>Every process life there was, by name.</summary>
    public Dictionary<string, Life> LivesByName { get; } = new(StringComparer.Ordinal);

    /// <summary>What the oracle found first; null while it found nothing.</summary>
    public string? Violation { get; private set; }

    public bool IsTracing { get; }

    /// <summary>Whether anybody wants to know what each answer said.</summary>
    public bool IsObserved => IsTracing || Setting.Small is not null;

    /// <summary>The history in compact lines, when it is traced.</summary>
    public List<string> History { get; } = [];

    public int Steps { get; private set; }

    /// <summary>What happened in it that is rare: a history in which nothing was skipped says nothing about gaps.</summary>
    public Happenings Happenings { get; } = new();

    /// <summary>Runs the history to its end: some time with faults, then without, until everything has settled.</summary>
    /// <param name="steps">How long faults go on, in steps.</param>
    public void Run(int steps)
    {
        GoOn(steps);
        while (Violation is null && CanMakeAnew)
        {
            // The old log's start is noted and old enough to count.
            if (Setting.Forgets)
            {
                GrowOld();
            }

            MakeAnew();
            GoOn(Steps + Choices.Below(300));
        }

        if (Setting.Forgets)
        {
            GrowOld();
        }

        Settle();
        if (Violation is null && Choices.Below(3) == 0)
        {
            Note("log", $"everything is delivered once more");
            for (var partition = 0; partition < Log.Committed.Length; partition++)
            {
                Log.Reset(partition, 0);
            }

            Settle();
        }
    }

    private void GoOn(int steps)
    {
        while (Violation is null && Steps < steps)
        {
            Step();
        }
    }

    /// <summary>A transaction that its sender no longer waits for, or whose SDK sends it again, may be handled later.</summary>
    public void SendLate(TransactionRequest request) => _late.Add(request);

    /// <summary>A message whose sender gave up may be received later.</summary>
    public void ReceiveLate(SendOperation send) => _lateMessages.Add(send);

    /// <summary>Reports what must not be.</summary>
    public void Fail(string what)
    {
        Violation ??= what;
        Note("oracle", $"{what}");
    }

    /// <summary>Counts a fault.</summary>
    public void Faulted(bool isFault) => _faultsLeft -= isFault ? 1 : 0;

    /// <summary>The library must not hop to another thread: the history would not be the choices' alone any more.</summary>
    public void OnOwnThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException("The library went on on another thread: the simulation is not deterministic.");
        }
    }

    public void Note(string who, [InterpolatedStringHandlerArgument("")] ref NoteText what)
    {
        if (IsTracing)
        {
            History.Add(string.Create(
                CultureInfo.InvariantCulture, $"{Steps,5} {Clock.Now.TotalSeconds,8:0.00} {who,-6} {what.ToStringAndClear()}"));
        }
    }

    /// <summary>Lets one thing happen.</summary>
    /// <returns>False where nothing can happen any more.</returns>
    public bool Step()
    {
        Steps++;
        CollectAll();
        if (_possible.Count == 0)
        {
            return false;
        }

        if (_weights.Length < _possible.Count)
        {
            _weights = new int[_possible.Count * 2];
        }

        for (var i = 0; i < _possible.Count; i++)
        {
            _weights[i] = _possible[i].Weight;
        }

        var (_, act, target) = _possible[Choices.Pick(_weights.AsSpan(0, _possible.Count))];
        act(this, target);
        return true;
    }

    private void CollectAll()
    {
        _possible.Clear();
        if (Setting.Small is null || _settling)
        {
            Collect();
        }
        else
        {
            CollectSmall(Setting.Small);
        }
    }

    /// <summary>Faults stop; whatever is left takes its course, and the oracle judges.</summary>
    public void Settle()
    {
        _settling = true;
        _faultsLeft = 0;
        if (Setting.Small is not null)
        {
            Choices = new RandomChoices(new Random(1));
        }

        Note("world", $"faults stop");
        Grow();
        while (Log.Partitions.Select((records, partition) => records.Count - Log.End[partition]).Sum() > 0)
        {
            Produce();
        }

        _throttledUntil = TimeSpan.Zero;
        foreach (var life in Lives.ToArray())
        {
            life.PausedUntil = TimeSpan.Zero;
            if (life.IsOfOldVersion)
            {
                Note(life.Name, $"is replaced by the new version");
                life.End();
            }
        }

        var most = Steps + (Setting.Kind is HistoryKind.Usual ? 20_000 : 60_000);
        var moves = Steps + StepsUntilMembersChange;
        while (Violation is null && !IsSettled)
        {
            if (Log.Incarnation > 0 && Steps > moves)
            {
                // A member that goes on in the new topic at its place in the old one reads what stands before that place when the
                // next record comes, or the next member.
                moves = int.MaxValue;
                for (var partition = 0; partition < Log.Owner.Length; partition++)
                {
                    Log.Assign(partition, Log.Owner[partition]);
                }
            }

            if (Steps > most)
            {
                var open = Operations.Select(operation => operation.Life.Name + " " + operation.Label);
                Fail("It does not settle: " + string.Join(", ", open));
                return;
            }

            Step();
        }

        if (Violation is null)
        {
            Oracle.OnSettled();
        }
    }

    private IEnumerable<Life> Lives => _hosts.Where(life => life is { IsGone: false })!;

    private bool IsSettled =>
        Operations.Count == 0 && _late.Count == 0 && _lateMessages.Count == 0
        && Log.IsConsumed && Oracle.IsOutboxSettled && Oracle.IsAudited
        && Lives.All(life => life.IsIdle);
}
