using FunctionsConsumers.Lab.Guarantees;


namespace FunctionsConsumers.UnitTests.Lab.Guarantees;

public sealed class FaultsTests
{
    [Fact]
    public void The_same_seed_has_the_same_faults_and_another_has_others()
    {
        Assert.Equal(Faults(7), Faults(7));
        Assert.NotEqual(Faults(7), Faults(8));
    }

    [Fact]
    public void About_as_many_batches_as_asked_for_meet_a_fault_of_every_kind_at_any_place()
    {
        var met = Faults(7).OfType<Fault>().ToList();
        Assert.InRange(met.Count, 250, 350);
        Assert.All(Enum.GetValues<FaultKind>(), kind => Assert.InRange(met.Count(fault => fault.Kind == kind), 30, 90));
        Assert.Equal(Enumerable.Range(0, 10), met.Select(fault => fault.Of(10)).Distinct().Order());
    }

    [Fact]
    public void None_are_none_and_all_are_all()
    {
        Assert.All(Faults(7, percent: 0), Assert.Null);
        Assert.All(Faults(7, percent: 100), Assert.NotNull);
    }

    private static List<Fault?> Faults(long seed, int percent = 30)
    {
        var schedule = new FaultSchedule(seed, percent);
        return [.. from @group in Enumerable.Range(0, 2) from partition in Enumerable.Range(0, 5) from batch in Enumerable.Range(0,
            100) select schedule.Of(@group, partition, batch)];
    }
}
