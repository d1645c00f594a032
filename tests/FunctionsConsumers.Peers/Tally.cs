using System.Diagnostics;

namespace FunctionsConsumers.Peers;

/// <summary>Counts a round and keeps its time.</summary>
/// <param name="orders">How many orders are to be applied.</param>
/// <param name="records">How many records are to be read.</param>
public sealed class Tally(int orders, int records) : IDisposable
{
    private readonly ManualResetEventSlim _open = new();
    private readonly TaskCompletionSource _applied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _opened;
    private long _last;
    private int _appliedOrders;
    private int _readRecords;
    private int _refused;

    /// <summary>Orders whose row was inserted.</summary>
    public int Applied => _appliedOrders;

    /// <summary>Records that were read.</summary>
    public int Records => _readRecords;

    /// <summary>Records that reached the handler and found their order's row.</summary>
    public int Refused => _refused;

    /// <summary>Ends when every order is applied and every record read.</summary>
    public Task Done => Task.WhenAll(_applied.Task, _read.Task);

    /// <summary>From the first record to the commit of the last order.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_opened, _last);

    /// <summary>Lets the records in, and starts the clock.</summary>
    public void Open()
    {
        _opened = Stopwatch.GetTimestamp();
        _open.Set();
    }

    /// <summary>Notes a record that was read. The first ones wait until everything is compiled and connected.</summary>
    public void Read()
    {
        _open.Wait();
        if (Interlocked.Increment(ref _readRecords) == records)
        {
            _read.TrySetResult();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _open.Dispose();

    /// <summary>Notes what was committed.</summary>
    /// <param name="handled">Messages that the handler had.</param>
    /// <param name="inserted">Rows that it inserted.</param>
    public void Committed(int handled, int inserted)
    {
        Interlocked.Add(ref _refused, handled - inserted);
        if (Interlocked.Add(ref _appliedOrders, inserted) == orders && inserted > 0)
        {
            _last = Stopwatch.GetTimestamp();
            _applied.TrySetResult();
        }
    }
}
