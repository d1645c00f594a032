using FunctionsConsumers.EffectivelyOnce.Health;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Progress;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Health;

public sealed class ConsumerHealthTests : IDisposable
{
    private readonly ObservedTime _time = new();
    private readonly FakeLog _log = new() { LogEnd = 10, Committed = 5 };
    private readonly GroupWatch _watch;
    private readonly ServiceProvider _services;
    private Func<Task> _probe = () => Task.CompletedTask;

    public ConsumerHealthTests()
    {
        _watch = new GroupWatch(
            [new WatchedGroup("billing", ["orders"])], _log, (_, _) => _probe(), _time, NullLogger<GroupWatch>.Instance);
        _services = new ServiceCollection().AddSingleton(_watch).AddSingleton<TimeProvider>(_time).BuildServiceProvider();
    }

    [Fact]
    public async Task Before_the_first_look_a_process_is_live_and_not_ready()
    {
        Assert.Equal(HealthStatus.Healthy, (await LiveAsync()).Status);
        Assert.Equal("billing: not looked at yet", (await ReadyAsync()).Description);
    }

    [Fact]
    public async Task A_group_that_is_behind_and_moves_on_is_live_and_ready()
    {
        for (var i = 0; i < 5; i++)
        {
            await LookAsync(handled: 1, produced: 100);
        }

        Assert.Equal(HealthStatus.Healthy, (await LiveAsync()).Status);
        Assert.Equal(HealthStatus.Healthy, (await ReadyAsync()).Status);
    }

    [Fact]
    public async Task A_group_that_handles_nothing_while_its_lag_rises_for_three_intervals_is_an_error_with_its_name()
    {
        for (var i = 0; i < 3; i++)
        {
            await LookAsync(handled: 0, produced: 1);
        }

        Assert.Equal(HealthStatus.Healthy, (await LiveAsync()).Status);
        await LookAsync(handled: 0, produced: 1);

        Assert.Equal("billing: has handled nothing for 60 s while its lag rose to 9 records", (await LiveAsync()).Description);
        Assert.Equal(["billing"], (await ReadyAsync()).Data.Keys);

        await LookAsync(handled: 9, produced: 0);
        Assert.Equal(HealthStatus.Healthy, (await LiveAsync()).Status);
        Assert.Equal(HealthStatus.Healthy, (await ReadyAsync()).Status);
    }

    [Fact]
    public async Task One_call_registers_a_check_for_each_kind_of_probe()
    {
        var services = new ServiceCollection().AddSingleton(_watch).AddSingleton<TimeProvider>(_time).AddLogging();
        services.AddHealthChecks().AddEffectivelyOnce();
        await using var provider = services.BuildServiceProvider();
        var checks = provider.GetRequiredService<HealthCheckService>();
        Task<HealthReport> AskAsync(string tag) =>
            checks.CheckHealthAsync(check => check.Tags.Contains(tag), TestContext.Current.CancellationToken);

        Assert.Equal((HealthStatus.Healthy, HealthStatus.Unhealthy), ((await AskAsync("live")).Status, (await AskAsync("ready")).Status));
        await LookAsync(handled: 1, produced: 1);

        Assert.Equal(HealthStatus.Healthy, (await AskAsync("ready")).Status);
        Assert.Equal(["effectively-once-live"], (await AskAsync("live")).Entries.Keys);
        Assert.Equal(["effectively-once-ready"], (await AskAsync("ready")).Entries.Keys);
    }

    [Fact]
    public async Task A_group_that_is_silent_because_the_tables_are_away_is_not_ready_and_is_left_alive()
    {
        _probe = () => throw new InvalidOperationException("503");
        for (var i = 0; i < 5; i++)
        {
            await LookAsync(handled: 0, produced: 1);
        }

        Assert.Equal(HealthStatus.Healthy, (await LiveAsync()).Status);
        Assert.Equal("billing: the table service: 503", (await ReadyAsync()).Description);
    }

    [Fact]
    public async Task A_service_that_hangs_makes_the_group_not_ready_after_ten_seconds()
    {
        var hanging = new TaskCompletionSource();
        _probe = () => hanging.Task;
        var look = _watch.LookAsync(TestContext.Current.CancellationToken);
        await _time.UntilWaitingAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await look;
        Assert.Equal("billing: the table service gave no answer within 10 s", (await ReadyAsync()).Description);
    }

    [Fact]
    public async Task A_process_in_which_nothing_has_been_looked_at_for_two_minutes_is_not_live()
    {
        await LookAsync(handled: 0, produced: 0);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("billing: not looked at for 140 s", (await LiveAsync()).Description);
    }

    [Fact]
    public async Task It_looks_at_the_start_and_then_every_twenty_seconds()
    {
        var looks = 0;
        _probe = () =>
        {
            looks++;
            return Task.CompletedTask;
        };
        await _watch.StartAsync(TestContext.Current.CancellationToken);
        await _time.UntilWaitingAsync();
        await Until(() => looks == 1);
        while (looks < 2)
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        await _watch.StopAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _services.Dispose();
    }

    private static async Task Until(Func<bool> isSo)
    {
        while (!isSo())
        {
            await Task.Yield();
        }
    }

    private async Task LookAsync(long handled, long produced)
    {
        (_log.Committed, _log.LogEnd) = (_log.Committed + handled, _log.LogEnd + produced);
        await _watch.LookAsync(TestContext.Current.CancellationToken);
        _time.Advance(GroupWatch.Interval);
    }

    private Task<HealthCheckResult> LiveAsync() => CheckAsync<ConsumerLiveness>();

    private Task<HealthCheckResult> ReadyAsync() => CheckAsync<ConsumerReadiness>();

    private Task<HealthCheckResult> CheckAsync<T>()
        where T : IHealthCheck =>
        ActivatorUtilities.CreateInstance<T>(_services).CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);
}
