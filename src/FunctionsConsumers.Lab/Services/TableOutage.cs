using System.Diagnostics;
using System.Globalization;

namespace FunctionsConsumers.Lab.Services;

/// <summary>
/// Makes the embedded table service unreachable for a while: its process is stopped and goes on afterwards, with all it
/// held and all it was asked meanwhile. Killed, it would forget, since it keeps its tables in memory.
/// </summary>
internal static class TableOutage
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    // One shell does both, so that the service goes on even if the laboratory is killed in between.
    private const string StopAndGoOn = "kill -STOP \"$0\" && sleep \"$1\"; kill -CONT \"$0\"";

    /// <summary>Takes the service away and gives it back.</summary>
    /// <exception cref="LabException">It could not be stopped, or answered all the same.</exception>
    public static async Task<TimeSpan> RunAsync(int processId, Uri address, TimeSpan length, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        using var shell = Process.Start(new ProcessStartInfo("sh",
        [
            "-c", StopAndGoOn, processId.ToString(CultureInfo.InvariantCulture), length.TotalSeconds.ToString(
            "0.###", CultureInfo.InvariantCulture),
        ]))!;
        var isAway = false;
        while (!isAway && Stopwatch.GetElapsedTime(since) < length - Silence)
        {
            isAway = !await AnswersAsync(address, cancellationToken);
        }

        await shell.WaitForExitAsync(cancellationToken);
        var away = Stopwatch.GetElapsedTime(since);
        return isAway && shell.ExitCode == 0
            ? away
            : throw new LabException(
                $"the table service at {address.GetLeftPart(UriPartial.Authority)} could not be made unreachable: process {processId} "
                + $"answered all the same");
    }

    private static async Task<bool> AnswersAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Silence };
        try
        {
            using var answer = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
