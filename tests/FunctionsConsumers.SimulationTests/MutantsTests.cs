using FunctionsConsumers.SimulationTests.Mutants;

namespace FunctionsConsumers.SimulationTests;

/// <summary>The checks can fail: each mutant of the library is killed by the histories, and for the right reason.</summary>
public sealed class MutantsTests(ITestOutputHelper output)
{
    private const int Histories = 10_000;

    // The three of every run; SIM_MUTANTS names others, SIM_ALL_MUTANTS=1, or a soak, runs them all.
    private static readonly string[] Always = ["audit-without-a-floor", "conflict-taken-for-duplicate", "send-without-claim"];

    [Fact]
    public async Task Each_mutant_is_killed()
    {
        var all = Environment.GetEnvironmentVariable("SIM_ALL_MUTANTS") == "1"
            || Environment.GetEnvironmentVariable("SOAK_MINUTES") is { Length: > 0 };
        var named = Environment.GetEnvironmentVariable("SIM_MUTANTS") is { Length: > 0 } names ? names.Split(',') : Always;
        Mutant[] mutants = [.. Mutant.All(MutantLaboratory.Root)];
        Assert.True(mutants.Length >= 15, "There are fewer than fifteen mutants.");
        Assert.Subset(mutants.Select(mutant => mutant.Name).ToHashSet(StringComparer.Ordinal), Always.ToHashSet(StringComparer.Ordinal));
        using var laboratory = new MutantLaboratory();
        List<string> survivors = [];
        foreach (var mutant in mutants.Where(mutant => all || named.Contains(mutant.Name)))
        {
            (int Seed, string Finding)? killed;
            try
            {
                killed = await laboratory.RunAsync(mutant, Histories, TestContext.Current.CancellationToken);
            }
            catch (InvalidOperationException failure)
            {
                survivors.Add(failure.Message);
                continue;
            }

            output.WriteLine(
                $"figures: mutant {mutant.Name}: "
                + $"{(killed is { } kill ? $"killed by seed {kill.Seed}: {kill.Finding}" : $"survived {Histories} histories")}");
            if (killed is not { } by || !mutant.IsExpected(by.Finding))
            {
                survivors.Add($"{mutant.Name} ({killed?.Finding ?? "no finding"}; expected: {mutant.Finding})");
            }
        }

        Assert.True(survivors.Count == 0, "Not killed, or not for the reason it was made for: " + string.Join("; ", survivors));
    }
}
