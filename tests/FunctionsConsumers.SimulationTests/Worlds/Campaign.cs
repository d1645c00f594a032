using System.Collections.Concurrent;
using System.Diagnostics;

namespace FunctionsConsumers.SimulationTests.Worlds;

/// <summary>Many histories, on threads of their own: a test runner's synchronization would put the library on other threads.</summary>
/// <param name="Histories">How many ran.</param>
/// <param name="Steps">Their steps.</param>
/// <param name="Happenings">What happened in them.</param>
/// <param name="Failure">The first failing history and the command that replays it; null where there is none.</param>
internal sealed record Campaign(long Histories, long Steps, Happenings Happenings, string? Failure)
{
    /// <summary>Runs the histories of consecutive seeds, until one fails.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="longest">How long at most.</param>
    /// <returns>What came of it.</returns>
    public static Campaign Run(int first, int count, TimeSpan longest)
    {
        var watch = Stopwatch.StartNew();
        var failing = new ConcurrentBag<(int Seed, string Violation)>();
        var happenings = new Happenings();
        long histories = 0, steps = 0;
        var next = first - 1;
        Thread[] threads = [.. Enumerable.Range(0, Math.Min(count, Math.Max(1, Environment.ProcessorCount))).Select(_ => new Thread(Work, 16 * 1024 * 1024))];
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        return new Campaign(histories, steps, happenings, failing.IsEmpty ? null : Describe(failing.Min().Seed, failing.Min().Violation));

        void Work()
        {
            while (failing.IsEmpty && watch.Elapsed < longest && Interlocked.Increment(ref next) is var seed && seed - first < count)
            {
                var world = Simulation.Run(seed);
                Interlocked.Increment(ref histories);
                Interlocked.Add(ref steps, world.Steps);
                happenings.Add(world.Happenings);
                if (world.Violation is not null)
                {
                    failing.Add((seed, world.Violation));
                }
            }
        }
    }

    /// <summary>Writes down the history of a seed.</summary>
    /// <param name="seed">The seed.</param>
    public static IReadOnlyList<string> History(int seed) => Traced(seed).History;

    private static World Traced(int seed)
    {
        World? world = null;
        var thread = new Thread(() => world = Simulation.Run(seed, tracing: true), 16 * 1024 * 1024);
        thread.Start();
        thread.Join();
        return world!;
    }

    private static string Describe(int seed, string violation)
    {
        var world = Traced(seed);
        return string.Join('\n', [
            $"seed {seed}: {violation}{(world.Violation == violation ? "" : "; the second run of the seed found something else, so the simulation is not deterministic: " + (world.Violation ?? "nothing"))}",
            .. world.History,
            $"Replay: {(Setting.AllThroughClient ? "SIM_THROUGH_CLIENT=1 " : "")}SIM_SEED={seed} dotnet test tests/FunctionsConsumers.SimulationTests --no-build -c {Metadata.Configuration} --filter \"FullyQualifiedName~HistoriesTests\""]);
    }
}
