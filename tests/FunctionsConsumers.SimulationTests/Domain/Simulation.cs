using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.SimulationTests.Domain;

/// <summary>Runs histories by their seeds.</summary>
internal static class Simulation
{
    /// <summary>How the history of a seed is run again.</summary>
    public static string Replay(int seed) =>
        $"Replay: {(OrderSettings.AllThroughClient ? "SIM_THROUGH_CLIENT=1 " : "")}"
        + $"{(OrderSettings.OnlyKind is { } kind ? $"SIM_KIND={kind} " : "")}SIM_SEED={seed} "
        + $"dotnet test tests/FunctionsConsumers.SimulationTests --no-build -c {Metadata.Configuration} "
        + "--filter \"FullyQualifiedName~HistoriesTests\"";

    /// <summary>Runs the history of a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="tracing">Whether to write the history down.</param>
    /// <returns>The world at its end.</returns>
    public static World Run(int seed, bool tracing = false)
    {
        var random = new Random(seed);
        var setting = OrderSettings.Of(seed, random);
        var faults = Faults.Mixed(random);
        if (setting.NeedsRightClocks)
        {
            faults = faults with { WallClockJump = 0 };
        }

        if (setting.ThroughClient
            && (setting.Kind is HistoryKind.Contended || faults.FailedBefore + faults.FailedRead + faults.LostAnswer > 0))
        {
            faults = setting.Kind is HistoryKind.Contended ? faults.OfContention() : faults.OfTheClient();
        }

        faults = setting.Kind is HistoryKind.MadeAnew ? faults with { Anew = 3 } : faults;
        var world = new World(setting, new RandomChoices(random), faults, tracing);
        world.Note("world", $"seed {seed}: rows '{world.Consumer.EffectKind ?? "key"}', {setting.Buckets} buckets, {setting.Hosts} hosts, "
            + $"lease {setting.Lease}, deadline {setting.BatchDeadline}{(setting.ThroughClient ? ", through the client" : "")}, {faults}");
        try
        {
            world.Run((setting.Kind is HistoryKind.Large ? 1000 : 100) + random.Next(500));
        }
        catch (Exception failure)
        {
            world.Fail(failure.ToString());
        }

        return world;
    }
}
