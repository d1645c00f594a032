using FunctionsConsumers.EffectivelyOnce.Health;
using FunctionsConsumers.EffectivelyOnce.Progress;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Health;

public sealed class GroupSilenceTests
{
    [Fact]
    public void A_group_that_handles_nothing_while_its_lag_rises_for_three_intervals_is_silent() =>
        Assert.True(GroupSilence.IsSilent(Readings((5, 10), (5, 11), (5, 12), (5, 13))));

    [Fact]
    public void Two_intervals_are_too_few_to_say() => Assert.False(GroupSilence.IsSilent(Readings((5, 10), (5, 11), (5, 12))));

    [Fact]
    public void A_group_that_handled_anything_is_not_silent_however_far_behind_it_falls() =>
        Assert.False(GroupSilence.IsSilent(Readings((5, 10), (5, 1_000), (6, 9_000), (6, 90_000))));

    [Fact]
    public void A_group_whose_lag_stands_still_in_one_interval_is_not_silent() =>
        Assert.False(GroupSilence.IsSilent(Readings((5, 10), (5, 11), (5, 11), (5, 12))));

    [Fact]
    public void A_group_without_traffic_is_not_silent() => Assert.False(GroupSilence.IsSilent(Readings((5, 5), (5, 5), (5, 5), (5, 5))));

    [Fact]
    public void Only_the_last_three_intervals_count()
    {
        Assert.True(GroupSilence.IsSilent(Readings((4, 9), (5, 10), (5, 11), (5, 12), (5, 13))));
        Assert.False(GroupSilence.IsSilent(Readings((5, 10), (5, 11), (5, 12), (5, 13), (13, 13))));
    }

    [Fact]
    public void A_group_that_never_committed_has_all_of_the_log_to_go_and_can_be_silent() =>
        Assert.True(GroupSilence.IsSilent([.. Enumerable.Range(1, 4).Select(end => Reading(null, end))]));

    private static List<GroupReading> Readings(params IEnumerable<(long Committed, long End)> stands) =>
        [.. stands.Select(stand => Reading(stand.Committed, stand.End))];

    private static GroupReading Reading(long? committed, long end) =>
        new(DateTimeOffset.UnixEpoch, [new TopicPosition("topic", new PartitionPosition(0, 0, end, committed)),
            new TopicPosition("topic", new PartitionPosition(1, 3, 7, 7))]);
}
