using System.Runtime.InteropServices;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>
/// SIGTERM and Ctrl-C as a cancellation: the first one asks the command to end cleanly, a second one ends the process at
/// once, as it would without us.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    /// <summary>Begins to listen.</summary>
    public StopSignal()
    {
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, Heard));
        }
    }

    /// <summary>Set by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Asks the command to end, as a first signal does: nobody reads what it writes.</summary>
    public void NobodyReads() => _stop.Cancel();

    /// <inheritdoc />
    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void Heard(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref _signals) == 1)
        {
            context.Cancel = true;
            _stop.Cancel();
        }
    }
}
