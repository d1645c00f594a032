using Azure.Data.Tables;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Tables;

public sealed class TablesWatchTests : IDisposable
{
    private static readonly Uri Account = new("http://127.0.0.1:10002/devstoreaccount1");

    private readonly ObservedTime _time = new();
    private readonly AccountPulse _pulse;
    private readonly List<ServiceAbsence> _away = [];
    private readonly List<TimeSpan> _back = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TablesWatch _watch;
    private readonly Task _running;
    private volatile bool _answers = true;

    public TablesWatchTests()
    {
        _pulse = new AccountPulse(Account, _time);
        _watch = new TablesWatch(
            "OrderTables", [_pulse], _time, _away.Add, (_, away) => _back.Add(away),
            (_, cancellationToken) => _answers ? Task.CompletedTask : Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken));
        _running = _watch.RunAsync(_stop.Token);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _watch.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Tables_that_hang_are_named_with_address_and_setting_and_since_when_within_five_seconds_and_their_return_is_told()
    {
        var since = _time.GetUtcNow();
        var request = _pulse.Begin();
        _answers = false;
        await PassAsync(TimeSpan.FromSeconds(5));
        var absence = Assert.Single(_away);
        Assert.Equal("the tables at http://127.0.0.1:10002 (setting OrderTables)", absence.Service);
        Assert.InRange((absence.Since - since).TotalSeconds, -0.1, 0.5);

        await PassAsync(TimeSpan.FromSeconds(60));
        Assert.Single(_away);
        Assert.Empty(_back);
        _answers = true;
        _pulse.Answered(request);
        await PassAsync(TimeSpan.FromSeconds(3));
        Assert.InRange(Assert.Single(_back).TotalSeconds, 60, 70);
    }

    [Fact]
    public async Task Tables_that_refuse_connections_are_named_with_the_reason_while_nothing_is_under_way()
    {
        _answers = false;
        _pulse.Unanswered(_pulse.Begin(), "Connection refused (127.0.0.1:10002)");
        await PassAsync(TimeSpan.FromSeconds(5));
        Assert.Contains("Connection refused", Assert.Single(_away).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_request_beside_others_that_are_answered_is_no_absence()
    {
        _pulse.Begin();
        for (var i = 0; i < 20; i++)
        {
            _pulse.Answered(_pulse.Begin());
            await PassAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Empty(_away);
    }

    [Fact]
    public async Task Tables_that_nobody_asks_are_not_away()
    {
        _answers = false;
        await PassAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(_away);
    }

    [Fact]
    public async Task A_caller_who_gives_up_early_tells_nothing_of_the_service()
    {
        _answers = true;
        _pulse.Unanswered(_pulse.Begin(), null);
        await PassAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(_away);
    }

    [Fact]
    public async Task Every_client_of_an_account_moves_its_pulse()
    {
        using var tables = new ScriptedTables(TableReplies.Refusal(403, "AuthorizationFailure"));
        var accounts = tables.Accounts("acct");
        var pulse = Assert.Single(accounts.Pulses);
        var request = pulse.Begin();
        await Assert.ThrowsAnyAsync<Exception>(() => accounts.Clients[0].GetTableClient("any").GetEntityAsync<TableEntity>(
            "a", "b", cancellationToken: TestContext.Current.CancellationToken));
        Assert.True(pulse.Silence < TimeSpan.FromSeconds(1), "a refusal is an answer");
        pulse.Answered(request);
    }

    // Small steps, so that every wait of the watch is seen, and what it does between two of them is done.
    private async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(250))
        {
            await _time.UntilWaitingAsync();
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }

        await _time.UntilWaitingAsync();
        Assert.False(_running.IsFaulted, _running.Exception?.ToString());
    }
}
