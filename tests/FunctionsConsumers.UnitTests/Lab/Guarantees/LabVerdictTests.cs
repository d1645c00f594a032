using FunctionsConsumers.Lab.Guarantees;


namespace FunctionsConsumers.UnitTests.Lab.Guarantees;

public sealed class LabVerdictTests
{
    private static readonly FaultCounts Every = new(1, 1, 1, 1, 1);

    [Fact]
    public void A_demonstration_that_shows_losses_and_doubles_and_an_effectively_once_without_either_is_good() =>
        Assert.Empty(LabVerdict.Of([Report(lost: 5, doubled: 2), Report(doubled: 7), Report(audited: true)]));

    [Fact]
    public void What_effectively_once_loses_doubles_or_counts_wrong_is_not_good()
    {
        foreach (var bad in (GuaranteeReport[])[Report(lost: 1, audited: true), Report(doubled: 1, audited: true),
            Report(stockOff: 1, audited: true), Report(audited: false), Report()])
        {
            var line = Assert.Single(LabVerdict.Of([Report(lost: 5), Report(doubled: 7), bad]));
            Assert.StartsWith("effectively-once lost", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_demonstration_without_losses_or_doubles_has_failed()
    {
        Assert.Contains("at-most-once lost nothing",
            Assert.Single(LabVerdict.Of([Report(doubled: 2), Report(doubled: 7), Report(audited: true)])), StringComparison.Ordinal);
        Assert.Contains("at-least-once doubled nothing", Assert.Single(LabVerdict.Of([Report(lost: 5), Report(), Report(audited: true)])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_at_least_once_that_loses_is_no_at_least_once() =>
        Assert.Contains("the laboratory is at fault",
            Assert.Single(LabVerdict.Of([Report(lost: 5), Report(lost: 1, doubled: 7), Report(audited: true)])), StringComparison.Ordinal);

    [Fact]
    public void A_fault_that_never_met_effectively_once_proves_nothing_about_it()
    {
        var spared = Report(audited: true) with { Faults = Every with { AnswersLost = 0, Rebalances = 0 } };
        Assert.Equal(
            ["lost answer", "rebalance"],
            LabVerdict.Of([Report(lost: 5), Report(doubled: 7), spared]).Select(line => line.Split("met no ")[1].Split(';')[0]));
    }

    private static GuaranteeReport Report(long lost = 0, long doubled = 0, long stockOff = 0, bool? audited = null) =>
        new("name", "steps", 100, lost, doubled, stockOff, audited, Every, []);
}
