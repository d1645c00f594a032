using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Subjects;

public sealed class KnownSubjectsTests
{
    private static readonly KnownRow Row = new("k", ContentHash.Of("f"u8));

    [Fact]
    public void What_was_remembered_is_found_with_key_and_fingerprint()
    {
        var known = new KnownSubjects(10);
        known.Remember(new HashedText("s"), Row);
        Assert.Equal(Row, known.Find(new HashedText("s")));
        Assert.Null(known.Find(new HashedText("t")));
    }

    [Fact]
    public void The_memory_is_bounded_and_keeps_the_young()
    {
        var known = new KnownSubjects(10);
        for (var i = 0; i < 1000; i++)
        {
            known.Remember(new HashedText($"s{i}"), Row);
        }

        var found = Enumerable.Range(0, 1000).Where(i => known.Find(new HashedText($"s{i}")) is not null).ToList();
        Assert.InRange(found.Count, 5, 10);
        Assert.Contains(999, found);
    }
}
