using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.SimulationTests.SmallWorlds;

/// <summary>
/// Explores a small world: depth first, each history replayed from the start, none followed beyond a state that was seen
/// before. A state is told by the table, the log, what is on its way, and all that each process life has seen: its code is
/// a function of that.
/// </summary>
/// <param name="Histories">Histories begun.</param>
/// <param name="States">Distinct states.</param>
/// <param name="Ends">Histories followed to their end and judged.</param>
/// <param name="Violation">What the oracle found, with its history; null for nothing.</param>
internal sealed record Exploration(long Histories, long States, long Ends, string? Violation)
{
    /// <summary>Explores.</summary>
    /// <param name="setting">The world.</param>
    /// <returns>What was seen.</returns>
    public static Exploration Of(Setting setting)
    {
        Exploration? exploration = null;
        var thread = new Thread(() => exploration = Explore(setting), 16 * 1024 * 1024);
        thread.Start();
        thread.Join();
        return exploration!;
    }

    private static Exploration Explore(Setting setting)
    {
        var choices = new ExhaustiveChoices();
        var seen = new HashSet<ulong>();
        long histories = 0, ends = 0;
        do
        {
            histories++;
            var world = new World(setting, choices, setting.Small!.Kinds, tracing: false);
            ends += Follow(world, choices, seen) ? 1 : 0;
            if (world.Violation is { } violation)
            {
                choices.Rewind();
                var again = new World(setting, choices, setting.Small!.Kinds, tracing: true);
                Follow(again, choices, []);
                return new Exploration(histories, seen.Count, ends, string.Join('\n', [violation, .. again.History]));
            }
        }
        while (choices.Advance());

        return new Exploration(histories, seen.Count, ends, null);
    }

    // False: it came to a state that was seen before.
    private static bool Follow(World world, ExhaustiveChoices choices, HashSet<ulong> seen)
    {
        do
        {
            if (choices.IsOnNewGround && !seen.Add(world.State()))
            {
                return false;
            }
        }
        while (world.Step() && world.Violation is null);

        world.Settle();
        return true;
    }
}
