using System.Diagnostics;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;
using FunctionsConsumers.SimulationTests.Domain;

namespace FunctionsConsumers.SimulationTests;

/// <summary>
/// Seeded histories of the real processor and outbox over a modelled log and a modelled table service.
/// Every sixteenth goes through the genuine client of the tables; <c>SIM_THROUGH_CLIENT=1</c> sends all of them through it,
/// and <c>SIM_KIND</c> makes all of them of one kind.
/// <c>SIM_SEED</c> replays one, <c>SIM_HISTORIES</c> says how many are run, <c>SIM_MINUTES</c>,
/// or that of <c>./test --soak</c>, runs new ones for so long.
/// </summary>
public sealed class HistoriesTests(ITestOutputHelper output)
{
    private const int Histories = 8_000;

    // About a half of what is counted in the histories of the seeds from 1 on: a kind that dies silently proves nothing.
    private static readonly (Happening What, long Times)[] Least =
    [
        (Happening.Crash, 20_000),
        (Happening.MoveOfAPartition, 100_000),
        (Happening.RecordSkipped, 10_000),
        (Happening.RecordHealed, 1_200),
        (Happening.OffsetDropped, 18_000),
        (Happening.RowForgotten, 1_500),
        (Happening.MessageResentInDoubt, 4_000),
        (Happening.HistoryThroughTheClient, 300),
        (Happening.TryOfTheClientAgain, 5_000),
        (Happening.TopicMadeAnew, 400),
        (Happening.NoteOfAnOldTopic, 200),
        (Happening.DeadLetterReplaced, 50),
        (Happening.SetBack, 10_000),
        (Happening.SetForward, 1_000),
        (Happening.TopicGrown, 500),
        (Happening.StartOfAnOldVersion, 6_000),
        (Happening.BatchOfAThousand, 15),
        (Happening.JumpOfAWallClock, 6_000),
        (Happening.JumpOfTheClock, 6_000),
        (Happening.RequestExecutedTwice, 5_000),
        (Happening.RequestExecutedTwiceByTheClientsService, 200),
        (Happening.HistoryOfManyResends, 400),
        (Happening.LargeWorld, 200),
    ];

    [Fact]
    public void Nothing_is_lost_and_nothing_doubled_in_any_history()
    {
        var minutes = Setting("SIM_MINUTES") ?? Setting("SOAK_MINUTES");
        var seed = Setting("SIM_SEED");

        // A soak begins elsewhere each time; the seed that fails is printed.
        var first = seed ?? (minutes is null ? 1 : 1_000_000 + (Environment.TickCount & 0xFFFFFFF));
        var count = seed is not null ? 1 : Setting("SIM_HISTORIES") ?? (minutes is null ? Histories : int.MaxValue);
        var watch = Stopwatch.StartNew();
        var campaign = Campaign.Run(
            first, count, minutes is { } limit ? TimeSpan.FromMinutes(limit) : TimeSpan.MaxValue, Simulation.Run, Simulation.Replay);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"figures: {campaign.Histories} histories from seed {first}, {campaign.Steps} steps, "
                + $"{campaign.Histories / watch.Elapsed.TotalSeconds:0} histories/s"));
        output.WriteLine($"figures: in them {campaign.Happenings}");
        if (seed is { } one && campaign.Failure is null)
        {
            output.WriteLine(string.Join('\n', Campaign.History(one, Simulation.Run)));
        }

        Assert.True(campaign.Failure is null, campaign.Failure);
        if (campaign.Histories >= Histories && OrderSettings.OnlyKind is null && !OrderSettings.AllThroughClient)
        {
            string[] rare = [.. Least
                .Where(least => campaign.Happenings[least.What] < least.Times)
                .Select(least => $"{least.What}: {campaign.Happenings[least.What]} times, and {least.Times} at least are meant")];
            Assert.True(rare.Length == 0, $"The histories are not about what they claim to be: {string.Join(", ", rare)}");
        }
    }

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
