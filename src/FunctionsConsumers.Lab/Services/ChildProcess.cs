using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace FunctionsConsumers.Lab.Services;

/// <summary>
/// A process that the laboratory starts and kills. What it says goes to a file. It does not outlive the laboratory, not
/// even one that is killed: a shell that holds the other end of a pipe sees to that.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    // Nothing is ever written to the pipe. It closes when the process at the other side ends.
    private const string KillAtEndOfInput = "read -r _ || kill -KILL \"$0\"";

    private readonly Process _process;
    private readonly Process _watchdog;
    private readonly StreamWriter _log;
    private readonly Task _said;
    private volatile string _lastWords = "nothing";

    private ChildProcess(Process process, StreamWriter log)
    {
        (_process, _log) = (process, log);
        _said = Task.WhenAll(CopyAsync(process.StandardOutput), CopyAsync(process.StandardError));
        _watchdog = Process.Start(
            new ProcessStartInfo("sh", ["-c", KillAtEndOfInput, Number(process.Id)]) { RedirectStandardInput = true })!;
    }

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Its exit code, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last line it said.</summary>
    public string LastWords => _lastWords;

    /// <summary>
    /// Starts a process. <paramref name="log" /> is the file that takes what it says, after what is there.
    /// <paramref name="missing" /> is what to say where the program is not there.
    /// </summary>
    /// <exception cref="LabException">The program is not there.</exception>
    public static ChildProcess Start(ProcessStartInfo start, string log, string missing)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        try
        {
            return new ChildProcess(Process.Start(start)!,
                new StreamWriter(new FileStream(log, FileMode.Append, FileAccess.Write,
                FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true });
        }
        catch (Win32Exception e)
        {
            throw new LabException(missing, e);
        }
    }

    /// <summary>Kills it with SIGKILL and waits for its end.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await _said;
    }

    /// <summary>Asks it to end with SIGTERM, and kills it where it does not.</summary>
    public async Task<bool> TerminateAsync(TimeSpan patience)
    {
        using (var signal = Process.Start(new ProcessStartInfo("sh", ["-c", "kill -TERM \"$0\" 2>/dev/null || true", Number(Id)]))!)
        {
            await signal.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            await _said;
            return true;
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            return false;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // First the watchdog: once the process is gone, its id may be another's.
        _watchdog.Kill();
        await _watchdog.WaitForExitAsync();
        _watchdog.Dispose();
        await KillAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private async Task CopyAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                _log.WriteLine(line);
            }

            if (!string.IsNullOrWhiteSpace(line))
            {
                _lastWords = line.Trim();
            }
        }
    }

    private static string Number(int id) => id.ToString(CultureInfo.InvariantCulture);
}
