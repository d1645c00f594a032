using System.Diagnostics;
using System.Globalization;
using FunctionsConsumers.SimulationTests.Worlds;

namespace FunctionsConsumers.SimulationTests;

/// <summary>Seeded histories of the real processor and outbox over a modelled log and a modelled table service.</summary>
public sealed class HistoriesTests(ITestOutputHelper output)
{
    private const int Histories = 5_000;

    [Fact]
    public void Nothing_is_lost_and_nothing_doubled_in_any_history()
    {
        var first = 1;
        var count = Histories;
        if (int.TryParse(Environment.GetEnvironmentVariable("SIM_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var seed))
        {
            (first, count) = (seed, 1);
        }

        if (int.TryParse(Environment.GetEnvironmentVariable("SIM_HISTORIES"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var given))
        {
            count = given;
        }

        var watch = Stopwatch.StartNew();
        var summary = Campaign.Run(first, count);
        output.WriteLine(summary.ToString());
        output.WriteLine($"{count / watch.Elapsed.TotalSeconds:0} histories/s");
        Assert.True(summary.Failure is null, summary.Failure);
    }
}
