using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations;
using FunctionsConsumers.Operations.Redrives;

namespace FunctionsConsumers.UnitTests.Operations.Redrives;

public sealed class RunLeaseTests
{
    private readonly MemoryTableStore _table = new();

    [Fact]
    public async Task A_run_that_ended_lets_the_next_one_begin_at_once()
    {
        var first = await TakeAsync(TimeProvider.System);
        await first.BeginAsync([(0, 12), (1, 5)], Stop);
        await first.EndAsync(3, Stop);

        Assert.Equal(new Dictionary<int, long> { [0] = 12, [1] = 5 }, (await TakeAsync(TimeProvider.System)).SearchFrom);
    }

    [Fact]
    public async Task A_run_that_was_silent_for_a_lease_is_taken_over_and_writes_nothing_any_more()
    {
        var dead = await TakeAsync(TimeProvider.System);
        await dead.BeginAsync([(0, 12)], Stop);

        var next = await TakeAsync(new Skipping(() => Task.CompletedTask));

        Assert.Equal(12, next.SearchFrom![0]);
        Assert.Contains(
            "taken over", (await Assert.ThrowsAsync<OperationException>(() => dead.BeatAsync(1, Stop))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_beats_meanwhile_is_left_alone()
    {
        var living = await TakeAsync(TimeProvider.System);

        var refused = await Assert.ThrowsAsync<OperationException>(() => TakeAsync(new Skipping(() => living.BeatAsync(100, Stop))));

        Assert.Contains("100 sent", refused.Message, StringComparison.Ordinal);
        await living.BeatAsync(200, Stop);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<RunLease> TakeAsync(TimeProvider time) => RunLease.TakeAsync(_table, "billing", "somebody", time, _ => { }, Stop);

    // A clock on which every wait is over at once, after something has happened.
    private sealed class Skipping(Func<Task> meanwhile) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            meanwhile().GetAwaiter().GetResult();
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
