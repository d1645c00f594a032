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
    [InlineData("Bestellung-ü", "b013")]
    [InlineData("Ā", "b008")]
    [InlineData("€", "b000")]
    [InlineData("日本", "b013")]
    [InlineData("注文-42", "b013")]
    [InlineData("\U0001F600", "b009")]
    public void The_mapping_never_changes(string subject, string bucket) => Assert.Equal(bucket, new Buckets(16).Of(subject));

    // Reckoned by another program. Another count takes other bits of the hash.
    [Theory]
    [InlineData("123", "b390")]
    [InlineData("Ā", "b424")]
    [InlineData("€", "b656")]
    [InlineData("日本", "b357")]
    [InlineData("注文-42", "b565")]
    [InlineData("\U0001F600", "b689")]
    public void The_mapping_of_a_thousand_buckets_never_changes(string subject, string bucket) =>
        Assert.Equal(bucket, new Buckets(1000).Of(subject));

    [Fact]
    public void Halves_of_characters_and_long_subjects_have_their_buckets_too()
    {
        Assert.Equal(["b010", "b011", "b004"], new[] { "\ud800", "\udfff", new string('a', 1000) }.Select(new Buckets(16).Of));
        Assert.Equal(["b074", "b691", "b972"], new[] { "\ud800", "\udfff", new string('a', 1000) }.Select(new Buckets(1000).Of));
    }

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
