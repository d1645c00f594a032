using System.Diagnostics;
using System.Globalization;

namespace FunctionsConsumers.LocalHost.Files;

/// <summary>Tells whether the process that wrote a file still runs, also where its id has been given to another process since.</summary>
internal static class RunningProcess
{
    /// <summary>Start times are kept in ticks of 10 ms since the boot, whose own time is known to a second or so.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether that process runs and was running when the file was written: a process that has got a dead writer's id started later
    /// than the writer wrote. This process knows what it has written itself: a file of its own id that is older than it is a dead
    /// process's.
    /// </summary>
    public static bool IsWriter(int processId, string file) => processId == Environment.ProcessId
        ? LocalFile.IsOwn(file) || StartedAt(processId) <= File.GetLastWriteTimeUtc(file)
        : StartedAt(processId) is { } startedAt && startedAt <= File.GetLastWriteTimeUtc(file) + Slack;

    private static DateTime? StartedAt(int processId)
    {
        try
        {
            if (processId <= 0 || IsZombie(processId))
            {
                return null;
            }

            using var process = Process.GetProcessById(processId);
            return process.HasExited ? null : process.StartTime.ToUniversalTime();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>A killed process whose parent has not asked for its end is still listed, and runs no more.</summary>
    private static bool IsZombie(int processId)
    {
        try
        {
            var line = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));

            // The state follows the command, which stands in parentheses and may hold any character itself.
            var state = line.AsSpan(line.LastIndexOf(')') + 1).TrimStart();
            return state.Length > 0 && state[0] is 'Z' or 'X';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
