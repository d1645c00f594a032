using System.CommandLine;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>
/// Commands that look again and again: at a terminal in the place of what was shown before, elsewhere one after the other.
/// </summary>
internal static class Watching
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);

    /// <summary>The option.</summary>
    /// <returns>The option.</returns>
    public static Option<bool> Option() =>
        new("--watch") { Description = "Look again every 2 s, until Ctrl-C; with --json one line each time" };

    /// <summary>Shows something once, or until it is stopped.</summary>
    /// <param name="call">The call.</param>
    /// <param name="isWatching">Whether to look again.</param>
    /// <param name="show">Looks and shows; gives the exit code.</param>
    /// <returns>The exit code: of the one look; 0 where watching was stopped.</returns>
    public static async Task<int> RunAsync(Invocation call, bool isWatching, Func<Task<int>> show)
    {
        if (!isWatching)
        {
            return await show();
        }

        try
        {
            while (true)
            {
                call.Stop.ThrowIfCancellationRequested();
                if (!call.Json && call.Terminal.Out == Console.Out && !Console.IsOutputRedirected)
                {
                    Console.Clear();
                }

                await show();
                await call.Terminal.Out.FlushAsync(CancellationToken.None);
                await Task.Delay(Between, call.Stop);
            }
        }
        catch (OperationCanceledException) when (call.Stop.IsCancellationRequested)
        {
            return ExitCode.Good;
        }
    }
}
