using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;
using FunctionsConsumers.SimulationTests.Domain;

namespace FunctionsConsumers.SimulationTests;

/// <summary>A seed that fails is worth something only where it fails again: a history is its seed's choices and nothing else.</summary>
public sealed class DeterminismTests
{
    // Every sixteenth goes through the genuine client, whose code must not bring in time, chance or threads of its own.
    [Theory]
    [InlineData(1, 16)]
    [InlineData(16, 320)]
    public void A_seed_gives_the_same_history_every_time(int step, int last)
    {
        for (var seed = step; seed <= last; seed += step)
        {
            Assert.Equal(Campaign.History(seed, Simulation.Run), Campaign.History(seed, Simulation.Run));
        }
    }
}
