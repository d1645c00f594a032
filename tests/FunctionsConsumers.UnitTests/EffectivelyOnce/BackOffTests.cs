using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outages;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class BackOffTests
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(1, 20)]
    [InlineData(2, 40)]
    [InlineData(8, 2_560)]
    [InlineData(9, 5_000)]
    [InlineData(int.MaxValue, 5_000)]
    public void A_wait_is_twice_the_one_before_it_up_to_the_longest(int failures, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), BackOff.After(failures, First, Longest));

    [Theory]
    [InlineData(0, 10)]
    [InlineData(0.5, 15)]
    [InlineData(1, 20)]
    public void Jitter_takes_up_to_half_of_a_wait_away(double random, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), BackOff.After(1, First, Longest, random));
}
