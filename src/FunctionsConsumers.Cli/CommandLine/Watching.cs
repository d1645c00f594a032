using System.CommandLine;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>
/// Commands that look again and again: at a terminal in the place of what was shown before, elsewhere one after the other.
/// </summary>
internal static class Watching
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);

    /// <summary>The option.</summary>
    public static Option<bool> Option() =>
        new("--watch") { Description = "Look again every 2 s, until Ctrl-C; with --json one line each time" };

    /// <summary>Shows something once, or until it is stopped. 0 where watching was stopped.</summary>
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
