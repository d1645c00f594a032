using FunctionsConsumers.LocalHost.Timers;
using FunctionsConsumers.UnitTests.LocalHost.Logging;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.UnitTests.LocalHost.Timers;

public sealed class TimerListenerTests
{
    private readonly ObservedTime _time = new();
    private readonly RecordedLog _log = new();
    private int _calls;

    [Fact]
    public async Task A_failure_is_reported_once_for_its_cause_and_the_function_is_called_on()
    {
        string? failure = "no table";
        using var timer = Timer((_, _) => failure is null ? Task.CompletedTask : throw new InvalidOperationException(failure));
        timer.Start();
        await CallsAsync(3);
        Assert.Single(_log.Lines, line => line.Contains("no table", StringComparison.Ordinal));

        failure = "no broker";
        await CallsAsync(2);
        failure = null;
        await CallsAsync(1);
        failure = "no broker";
        await CallsAsync(1);
        Assert.Equal(2, _log.Lines.Count(line => line.Contains("no broker", StringComparison.Ordinal)));
        await timer.StopAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_function_that_fails_after_the_stop_was_asked_for_breaks_no_stop_and_is_reported()
    {
        var called = new TaskCompletionSource();
        using var timer = Timer(async (_, stop) =>
        {
            called.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            throw new InvalidOperationException("the connection broke while it was closed");
        });
        timer.Start();
        await _time.UntilWaitingAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        await called.Task;
        await timer.StopAsync(TimeSpan.FromSeconds(30));
        Assert.Single(_log.Lines, line => line.Contains("the connection broke", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_schedule_whose_next_time_is_months_away_is_waited_for()
    {
        using var timer = Timer((_, _) => Task.CompletedTask, "0 0 0 1 12 *");
        timer.Start();
        for (var day = 0; day < 2; day++)
        {
            await _time.UntilWaitingAsync();
            Assert.All(_time.Waits, wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromDays(49)));
            _time.Advance(TimeSpan.FromDays(1));
        }

        await _time.UntilWaitingAsync();
        await timer.StopAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _calls);
    }

    private TimerListener Timer(Func<TimerInfo, CancellationToken, Task> invoke, string schedule = "0 * * * * *") => new(
        "audit",
        TimerSchedule.Parse(schedule),
        runOnStartup: false,
        (timer, stop) =>
        {
            Interlocked.Increment(ref _calls);
            return invoke(timer, stop);
        },
        _time,
        _log);

    private async Task CallsAsync(int more)
    {
        for (var until = _calls + more; Volatile.Read(ref _calls) < until;)
        {
            await _time.UntilWaitingAsync();
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        // The call is over, and its report written, when the next wait has begun.
        await _time.UntilWaitingAsync();
    }
}
