using System.Diagnostics;
using System.Globalization;
using FunctionsConsumers.Cli.Audit;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.Kafka;
using FunctionsConsumers.Cli.Lab.Services;
using FunctionsConsumers.Cli.Traffic;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.Lab.Kill;

/// <summary>
/// Sends traffic to running hosts, kills them one after the other, takes the tables away once and the broker once, and
/// audits what became of each order. Each of these has to hit hosts that have records to handle, or the run proves nothing
/// and is not done.
/// </summary>
/// <param name="call">The call.</param>
/// <param name="services">Broker and tables.</param>
/// <param name="fleet">The hosts, started.</param>
/// <param name="plan">The traffic.</param>
/// <param name="options">What is asked for.</param>
internal sealed class KillRun(Invocation call, LabServices services, HostFleet fleet, TrafficPlan plan, KillOptions options)
{
    /// <summary>How long a killed host's claims on messages hold, in place of a minute: the shortest that the setting takes.</summary>
    public static readonly TimeSpan OutboxLease = TimeSpan.FromSeconds(10);

    private const ulong KillStream = 7UL << 48;
    private const int WorkingVictims = 75;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BrokerAway = TimeSpan.FromSeconds(2);

    private readonly RandomSequence _random = new(plan.Seed, KillStream);
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Stopwatch _clock = new();
    private readonly List<string> _leftOut = [];
    private int _kills;
    private int _killsInTraffic;
    private TimeSpan? _outage;
    private TimeSpan? _restart;

    /// <summary>Runs.</summary>
    /// <returns>The audit's outcome, and the report.</returns>
    /// <exception cref="CommandException">Something could not be done that the proof needs.</exception>
    public async Task<(AuditOutcome Outcome, KillReport Report)> RunAsync()
    {
        using var backlog = new Backlog(services.Target);
        await JoinAsync(backlog);
        _clock.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Stop);
        var producing = TrafficProducer.ProduceAsync(services.Target.Kafka(), services.Target.Topic, plan, options.Rate, _ => { }, stop.Token);
        try
        {
            await call.Terminal.WithProgressAsync("Killing hosts", Total, report => DisturbAsync(backlog, producing, report));
        }
        finally
        {
            await stop.CancelAsync();
            await producing.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        var seconds = _clock.Elapsed.TotalSeconds;
        await fleet.CheckAsync();
        var left = options.Wait - Stopwatch.GetElapsedTime(_began);
        var outcome = await call.Terminal.WithProgressAsync("Auditing", 0, _ =>
            new AuditSession(services.Target, Groups.All).RunAsync(backlog.Start, left > TimeSpan.Zero ? left : TimeSpan.Zero, call.Stop));
        return (outcome, Report(outcome.Report, seconds));
    }

    private long Total => Groups.All.Count * plan.RecordCount;

    private async Task JoinAsync(Backlog backlog)
    {
        while (!await backlog.OpenAsync(call.Stop) || !fleet.HaveJoined(Groups.All, backlog.Partitions))
        {
            await fleet.CheckAsync();
            if (services.Failure.IsCompleted)
            {
                throw new CommandException(await services.Failure);
            }

            if (Stopwatch.GetElapsedTime(_began) > JoinTimeout)
            {
                throw new CommandException(string.Create(CultureInfo.InvariantCulture, $"the hosts did not join their groups within {JoinTimeout.TotalSeconds:0} s; what they said is in .local/logs"));
            }

            await Task.Delay(BetweenLooks, call.Stop);
        }
    }

    // One thing after the other: what is killed meanwhile would hide what the one before did.
    private async Task<bool> DisturbAsync(Backlog backlog, Task<ProducedTraffic> producing, Action<long> report)
    {
        var lastKill = TimeSpan.Zero;
        var next = Interval();
        long handledAtLastKill = 0;
        while (true)
        {
            await ThrowIfBrokenAsync(producing);
            var handled = await backlog.HandledAsync(call.Stop);
            report(handled);
            if (producing.IsCompletedSuccessfully && handled >= Total)
            {
                return IsProof();
            }

            // First a killed host's partitions come back to life, then there is something to kill again.
            if (_clock.Elapsed - lastKill >= next && (handled > handledAtLastKill || _kills == 0) && _kills < (options.Kills ?? long.MaxValue))
            {
                await KillOneAsync(backlog);
                (lastKill, next, handledAtLastKill) = (_clock.Elapsed, Interval(), handled);
            }
            else if (_outage is null && _kills > 0 && handled >= Total / 4 && services.TablesProcessId is { } tables)
            {
                _outage = await TableOutage.RunAsync(tables, services.Target.Tables().Clients[0].Uri, options.Outage, call.Stop);
                Say($"the tables were away for {_outage.Value.TotalSeconds:0.0} s");
            }
            else if (_restart is null && _kills > 0 && handled >= Total / 2 && services.Kafka is { } kafka)
            {
                await RestartAsync(kafka);
            }

            await Task.Delay(BetweenLooks, call.Stop);
        }
    }

    private async Task KillOneAsync(Backlog backlog)
    {
        var victim = Victim();
        var held = fleet.Members(victim);
        var pending = await backlog.PendingAsync(held, call.Stop);
        await fleet.KillAsync(victim);
        _kills++;
        _killsInTraffic += pending > 0 ? 1 : 0;
        Say($"host {victim + 1} killed, with {pending} records to handle in {held.Sum(member => member.Partitions.Count)} partitions");
        await fleet.StartAgainAsync(victim);
    }

    // Any host may die, also one that has only just started; mostly it is one that has work.
    private int Victim()
    {
        List<int> working = [.. Enumerable.Range(0, fleet.Count).Where(host => fleet.Members(host).Any(member => member.Partitions.Count > 0))];
        return working.Count > 0 && _random.Chance(WorkingVictims) ? _random.Pick(working) : (int)_random.Below(fleet.Count);
    }

    private async Task RestartAsync(KafkaDistribution kafka)
    {
        var since = Stopwatch.GetTimestamp();
        await kafka.KillAsync();
        await Task.Delay(BrokerAway, call.Stop);
        await kafka.StartAsync(call.Stop);
        _restart = Stopwatch.GetElapsedTime(since);
        Say($"the broker was killed and is back after {_restart.Value.TotalSeconds:0.0} s");
    }

    private async Task ThrowIfBrokenAsync(Task<ProducedTraffic> producing)
    {
        if (services.Failure.IsCompleted)
        {
            throw new CommandException(await services.Failure);
        }

        if (producing.IsCompleted && await producing is { Failed: > 0 } produced)
        {
            throw new CommandException(string.Create(CultureInfo.InvariantCulture, $"{produced.Failed} records were not taken by Kafka at {services.Target.Kafka().Brokers}: {produced.Failure}"));
        }

        if (_clock.Elapsed > options.Wait)
        {
            throw new CommandException(string.Create(CultureInfo.InvariantCulture, $"the groups did not reach the end within {options.Wait.TotalSeconds:0} s, with {_kills} hosts killed: give more time with --wait, or kill more seldom with --every"));
        }

        await fleet.CheckAsync();
    }

    // What was asked for and did not happen in the middle of traffic is said, and the run does not count.
    private bool IsProof()
    {
        if (_killsInTraffic == 0)
        {
            throw new CommandException($"no kill hit a host that had records to handle: give more --orders, a lower --rate, or a smaller --every (seed {plan.Seed})");
        }

        if (services.TablesProcessId is null)
        {
            _leftOut.Add("the tables are another's, and were not taken away");
        }
        else if (_outage is null)
        {
            throw new CommandException("all was handled before the tables were taken away: give more --orders, or a lower --rate");
        }

        if (services.Kafka is null)
        {
            _leftOut.Add(services.HasEmbeddedBroker ? "the embedded broker keeps nothing, and was not restarted" : "the broker is another's, and was not restarted");
        }
        else if (_restart is null)
        {
            throw new CommandException("all was handled before the broker was restarted: give more --orders, or a lower --rate");
        }

        return true;
    }

    private TimeSpan Interval() => options.Every * (0.5 + (_random.Below(1_000) / 1_000.0));

    private void Say(FormattableString what)
    {
        if (!call.Terminal.ShowsProgress)
        {
            call.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,6:0.0} s: ") + what.ToString(CultureInfo.InvariantCulture));
        }
    }

    private KillReport Report(AuditReport audit, double seconds) => new(
        audit.Topic, audit.Records, audit.DistinctOrders, audit.Poison, audit.Groups, audit.Ok,
        plan.Seed, services.Kafka is not null ? "kafka" : services.HasEmbeddedBroker ? "embedded" : "given", fleet.Count, _kills, _killsInTraffic, fleet.GivenUp,
        Rounded(_outage), Rounded(_restart), Math.Round(seconds, 1), _leftOut);

    private static double? Rounded(TimeSpan? time) => time is { } known ? Math.Round(known.TotalSeconds, 1) : null;
}
