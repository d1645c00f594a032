using System.Collections.Concurrent;
using System.Diagnostics;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>Many histories, on threads of their own: a test runner's synchronization would put the library on other threads.</summary>
/// <param name="Histories">How many ran.</param>
/// <param name="Steps">Their steps.</param>
/// <param name="Happenings">What happened in them.</param>
/// <param name="Failure">The first failing history and the command that replays it; null where there is none.</param>
internal sealed record Campaign(long Histories, long Steps, Happenings Happenings, string? Failure)
{
    /// <summary>Runs the histories of consecutive seeds, until one fails.</summary>
    public static Campaign Run(int first, int count, TimeSpan longest, RunHistory run, Func<int, string> replay)
    {
        var watch = Stopwatch.StartNew();
        var failing = new ConcurrentBag<(int Seed, string Violation)>();
        var happenings = new Happenings();
        long histories = 0, steps = 0;
        var next = first - 1;
        Thread[] threads = [.. Enumerable.Range(0, Math.Min(count, Math.Max(1, Environment.ProcessorCount)))
            .Select(_ => new Thread(Work, 16 * 1024 * 1024))];
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        return new Campaign(
            histories, steps, happenings, failing.IsEmpty ? null : Describe(failing.Min().Seed, failing.Min().Violation, run, replay));

        void Work()
        {
            while (failing.IsEmpty && watch.Elapsed < longest && Interlocked.Increment(ref next) is var seed && seed - first < count)
            {
                var world = run(seed, tracing: false);
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
    public static IReadOnlyList<string> History(int seed, RunHistory run) => Traced(seed, run).History;

    private static World Traced(int seed, RunHistory run)
    {
        World? world = null;
        var thread = new Thread(() => world = run(seed, tracing: true), 16 * 1024 * 1024);
        thread.Start();
        thread.Join();
        return world!;
    }

    private static string Describe(int seed, string violation, RunHistory run, Func<int, string> replay)
    {
        var world = Traced(seed, run);
        var another = world.Violation == violation
            ? ""
            : "; the second run of the seed found something else, so the history does not depend on its seed alone: "
                + (world.Violation ?? "nothing");
        return string.Join('\n', [
            $"seed {seed}: {violation}{another}",
            .. world.History,
            replay(seed)]);
    }
}

/// <summary>Runs the history of a seed.</summary>
internal delegate World RunHistory(int seed, bool tracing);
