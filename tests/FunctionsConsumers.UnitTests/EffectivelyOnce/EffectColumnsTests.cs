using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class EffectColumnsTests
{
    [Fact]
    public void They_are_written_and_read_like_a_dictionary()
    {
        var plan = new Plan { Effect = { ["A"] = 1, ["B"] = "two" } };
        plan.Effect.Add("C", 3L);
        plan.Effect["A"] = 0;
        Assert.Equal(["A", "B", "C"], plan.Effect.Keys);
        Assert.Equal([0, "two", 3L], plan.Effect.Values);
        Assert.Equal(3, plan.Effect.Count);
        Assert.Equal("two", plan.Effect["B"]);
        Assert.True(plan.Effect.TryGetValue("C", out var third) && third is 3L);
        Assert.True(plan.Effect.ContainsKey("A"));
        Assert.False(plan.Effect.TryGetValue("a", out _));
        Assert.Throws<KeyNotFoundException>(() => plan.Effect["D"]);
        Assert.Throws<ArgumentException>(() => plan.Effect.Add("A", 5));
        Assert.Throws<ArgumentNullException>(() => plan.Effect[null!] = 5);
    }

    [Fact]
    public void A_dictionary_is_copied()
    {
        var dictionary = new Dictionary<string, object> { ["A"] = 1 };
        var plan = new Plan { Effect = dictionary };
        dictionary["A"] = 2;
        Assert.Equal(1, plan.Effect["A"]);
        Assert.Null(EffectColumns.FromDictionary(null));
    }

    [Fact]
    public void What_was_handed_over_stays_as_it_is()
    {
        var columns = new EffectColumns { ["A"] = 1 };
        columns.Take();
        var refused = Assert.Throws<InvalidOperationException>(() => columns["A"] = 2);
        Assert.Equal("Column A is set on a plan that was handed over: make columns of its own for each plan.", refused.Message);
        Assert.Throws<InvalidOperationException>(() => columns.Add("B", 2));
        Assert.Equal(1, columns["A"]);
    }
}
