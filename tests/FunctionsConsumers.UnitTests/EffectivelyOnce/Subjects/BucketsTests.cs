using FunctionsConsumers.EffectivelyOnce.Subjects;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Subjects;

public sealed class BucketsTests
{
    // The mapping is part of the table's layout: a build that maps otherwise looks for old orders in the wrong place.
    [Theory]
    [InlineData("123", "b014")]
    [InlineData("124", "b015")]
    [InlineData("", "b006")]
    [InlineData("order-events:0:0", "b013")]
    public void The_mapping_never_changes(string subject, string bucket) => Assert.Equal(bucket, new Buckets(16).Of(subject));

    [Fact]
    public void Subjects_that_count_up_spread_evenly()
    {
        var buckets = new Buckets(16);
        var sizes = Enumerable.Range(0, 16_000).GroupBy(i => buckets.Of($"order-{i}")).Select(bucket => bucket.Count()).ToList();
        Assert.Equal(16, sizes.Count);
        Assert.All(sizes, size => Assert.InRange(size, 850, 1150));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public void A_count_out_of_range_is_refused(int count) => Assert.Throws<ArgumentOutOfRangeException>(() => new Buckets(count));
}
