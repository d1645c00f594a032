namespace FunctionsConsumers.Operations.Hosts;

/// <summary>
/// Counts what this process handles for one group: by slot for the last hour, and by day for two days. Safe to be told by several
/// threads.
/// </summary>
internal sealed class GroupTally(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Slot> _slots = [];
    private readonly SortedDictionary<DateOnly, DayFigures> _days = [];
    private LastError? _error;
    private long _version;

    /// <summary>Changes whenever something is counted.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Counts records.</summary>
    public void Add(Slot counted)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            Change(Slot.At(now), counted);
            var day = DateOnly.FromDateTime(now.UtcDateTime);
            var sum = _days.GetValueOrDefault(day) ?? new DayFigures();
            _days[day] = new DayFigures(
                sum.Applied + counted.Applied, sum.Duplicates + counted.Duplicates, sum.DeadLettered + counted.DeadLettered,
                sum.Healed + counted.Healed);
            if (_days.Count > 2)
            {
                _days.Remove(_days.First().Key);
            }
        }

        Interlocked.Increment(ref _version);
    }

    /// <summary>Notes the group's lag.</summary>
    public void LagSeen(DateTimeOffset at, long lag)
    {
        lock (_gate)
        {
            Change(Slot.At(at), new Slot(0, Lag: lag));
        }
    }

    /// <summary>Notes what went wrong.</summary>
    public void Failed(string text)
    {
        const int Most = 500;
        lock (_gate)
        {
            _error = new LastError(time.GetUtcNow(), text.Length <= Most ? text : text[..Most] + "…");
        }

        Interlocked.Increment(ref _version);
    }

    /// <summary>All that is known now. Returns the slots of the last hour that hold anything, the days, and the last error.</summary>
    public (IReadOnlyList<Slot> Slots, IReadOnlyDictionary<DateOnly, DayFigures> Days, LastError? Error) Read()
    {
        lock (_gate)
        {
            Forget();
            return ([.. _slots.Values], new Dictionary<DateOnly, DayFigures>(_days), _error);
        }
    }

    private void Change(long number, Slot by)
    {
        _slots[number] = (_slots.GetValueOrDefault(number) ?? new Slot(number)).With(by);
        Forget();
    }

    private void Forget()
    {
        var first = Slot.At(time.GetUtcNow()) - Slot.InAnHour + 1;
        while (_slots.Count > 0 && _slots.First().Key is var oldest && oldest < first)
        {
            _slots.Remove(oldest);
        }
    }
}
