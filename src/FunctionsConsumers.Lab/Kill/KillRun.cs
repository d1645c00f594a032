using System.Diagnostics;
using System.Globalization;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Sessions;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Lab.Kill;

/// <summary>
/// Sends traffic to running hosts, kills them one after the other, takes the tables away once and the broker once, and audits what
/// became of each order. Each of these has to hit hosts that have records to handle, or the run proves nothing and is not done.
/// </summary>
internal sealed class KillRun(LabServices services, HostFleet fleet, TrafficPlan plan, KillOptions options, Action<string> say)
    : IDisposable
{
    /// <summary>How long a killed host's claims on messages hold, in place of a minute: the shortest that the setting takes.</summary>
    public static readonly TimeSpan OutboxLease = TimeSpan.FromSeconds(10);

    private const ulong KillStream = 7UL << 48;
    private const int WorkingVictims = 75;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BrokerAway = TimeSpan.FromSeconds(2);

    private readonly Backlog _backlog = new(services.Target);
    private readonly RandomSequence _random = new(plan.Seed, KillStream);
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Stopwatch _clock = new();
    private readonly List<string> _leftOut = [];
    private int _kills;
    private int _killsInTraffic;
    private TimeSpan? _outage;
    private TimeSpan? _restart;

    /// <summary>Records to handle, over all groups.</summary>
    public long Total => Groups.All.Count * plan.RecordCount;

    /// <summary>Waits until every host has joined every group.</summary>
    /// <exception cref="LabException">They did not join in time.</exception>
    public async Task JoinAsync(CancellationToken stop)
    {
        while (!await _backlog.OpenAsync(stop) || !fleet.HaveJoined(Groups.All, _backlog.Partitions))
        {
            await fleet.CheckAsync();
            if (services.Failure.IsCompleted)
            {
                throw new LabException(await services.Failure);
            }

            if (Stopwatch.GetElapsedTime(_began) > JoinTimeout)
            {
                throw new LabException(string.Create(CultureInfo.InvariantCulture,
                    $"the hosts did not join their groups within {JoinTimeout.TotalSeconds:0} s; what they said is in .local/logs"));
            }

            await Task.Delay(BetweenLooks, stop);
        }
    }

    /// <summary>Sends the traffic to hosts that have joined, and disturbs them until all is handled.</summary>
    /// <exception cref="LabException">Something could not be done that the proof needs.</exception>
    public async Task<TimeSpan> DisturbAsync(Action<long> report, CancellationToken stop)
    {
        _clock.Start();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var producing = TrafficProducer.ProduceAsync(
            services.Target.Kafka(), services.Target.Topic, plan, options.Rate, _ => { }, end.Token);
        try
        {
            await DisturbAsync(producing, report, stop);
        }
        finally
        {
            await end.CancelAsync();
            await producing.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        var took = _clock.Elapsed;
        await fleet.CheckAsync();
        return took;
    }

    /// <summary>Audits what became of each order, in what is left of the time.</summary>
    public Task<AuditOutcome> AuditAsync(CancellationToken stop)
    {
        var left = options.Wait - Stopwatch.GetElapsedTime(_began);
        return new AuditSession(services.Target.Audited(), Groups.All).RunAsync(
            _backlog.Start, left > TimeSpan.Zero ? left : TimeSpan.Zero, stop);
    }

    /// <summary>Puts together what was done.</summary>
    public KillReport Report(AuditReport audit, TimeSpan took) => new(
        audit.Topic, audit.Records, audit.DistinctOrders, audit.Poison, audit.Unaudited, audit.Findings, audit.Groups, audit.Verdict,
        audit.Ok,
        plan.Seed, services.Kafka is not null ? "kafka" : services.HasEmbeddedBroker ? "embedded"
        : "given", fleet.Count, _kills, _killsInTraffic, fleet.GivenUp,
        Rounded(_outage), Rounded(_restart), Math.Round(took.TotalSeconds, 1), _leftOut);

    /// <inheritdoc />
    public void Dispose() => _backlog.Dispose();

    // One thing after the other: what is killed meanwhile would hide what the one before did.
    private async Task DisturbAsync(Task<ProducedTraffic> producing, Action<long> report, CancellationToken stop)
    {
        var lastKill = TimeSpan.Zero;
        var next = Interval();
        long handledAtLastKill = 0;
        while (true)
        {
            await ThrowIfBrokenAsync(producing);
            var handled = await _backlog.HandledAsync(stop);
            report(handled);
            if (producing.IsCompletedSuccessfully && handled >= Total)
            {
                CheckProof();
                return;
            }

            // First a killed host's partitions come back to life, then there is something to kill again.
            if (_clock.Elapsed - lastKill >= next && (handled > handledAtLastKill || _kills == 0)
                && _kills < (options.Kills ?? long.MaxValue))
            {
                await KillOneAsync(stop);
                (lastKill, next, handledAtLastKill) = (_clock.Elapsed, Interval(), handled);
            }
            else if (_outage is null && _kills > 0 && handled >= Total / 4 && services.TablesProcessId is { } tables)
            {
                _outage = await TableOutage.RunAsync(tables, services.Target.Tables().Clients[0].Uri, options.Outage, stop);
                Say($"the tables were away for {_outage.Value.TotalSeconds:0.0} s");
            }
            else if (_restart is null && _kills > 0 && handled >= Total / 2 && services.Kafka is { } kafka)
            {
                await RestartAsync(kafka, stop);
            }

            await Task.Delay(BetweenLooks, stop);
        }
    }

    private async Task KillOneAsync(CancellationToken stop)
    {
        var victim = Victim();
        var held = fleet.Members(victim);
        var pending = await _backlog.PendingAsync(held, stop);
        await fleet.KillAsync(victim);
        _kills++;
        _killsInTraffic += pending > 0 ? 1 : 0;
        Say($"host {victim + 1} killed, with {pending} records to handle in {held.Sum(member => member.Partitions.Count)} partitions");
        await fleet.StartAgainAsync(victim);
    }

    // Any host may die, also one that has only just started; mostly it is one that has work.
    private int Victim()
    {
        List<int> working = [.. Enumerable.Range(0,
            fleet.Count).Where(host => fleet.Members(host).Any(member => member.Partitions.Count > 0))];
        return working.Count > 0 && _random.Chance(WorkingVictims) ? _random.Pick(working) : (int)_random.Below(fleet.Count);
    }

    private async Task RestartAsync(KafkaDistribution kafka, CancellationToken stop)
    {
        var since = Stopwatch.GetTimestamp();
        await kafka.KillAsync();
        await Task.Delay(BrokerAway, stop);
        await kafka.StartAsync(stop);
        _restart = Stopwatch.GetElapsedTime(since);
        Say($"the broker was killed and is back after {_restart.Value.TotalSeconds:0.0} s");
    }

    private async Task ThrowIfBrokenAsync(Task<ProducedTraffic> producing)
    {
        if (services.Failure.IsCompleted)
        {
            throw new LabException(await services.Failure);
        }

        if (producing.IsCompleted && await producing is { Failed: > 0 } produced)
        {
            throw new LabException(string.Create(CultureInfo.InvariantCulture,
                $"{produced.Failed} records were not taken by Kafka at {services.Target.Kafka().Brokers}: {produced.Failure}"));
        }

        if (_clock.Elapsed > options.Wait)
        {
            throw new LabException(string.Create(CultureInfo.InvariantCulture,
                $"the groups did not reach the end within {options.Wait.TotalSeconds:0} s, with {_kills} hosts killed: give more time "
                + $"with --wait, or kill more seldom with --every"));
        }

        await fleet.CheckAsync();
    }

    // What was asked for and did not happen in the middle of traffic is said, and the run does not count.
    private void CheckProof()
    {
        if (_killsInTraffic == 0)
        {
            throw new LabException(
                $"no kill hit a host that had records to handle: give more --orders, a lower --rate, or a smaller --every (seed "
                + $"{plan.Seed})");
        }

        if (services.TablesProcessId is null)
        {
            _leftOut.Add("the tables are another's, and were not taken away");
        }
        else if (_outage is null)
        {
            throw new LabException("all was handled before the tables were taken away: give more --orders, or a lower --rate");
        }

        if (services.Kafka is null)
        {
            _leftOut.Add(services.HasEmbeddedBroker ? "the embedded broker keeps nothing, and was not restarted"
                : "the broker is another's, and was not restarted");
        }
        else if (_restart is null)
        {
            throw new LabException("all was handled before the broker was restarted: give more --orders, or a lower --rate");
        }
    }

    private TimeSpan Interval() => options.Every * (0.5 + (_random.Below(1_000) / 1_000.0));

    private void Say(FormattableString what) =>
        say(string.Create(CultureInfo.InvariantCulture,
            $"{_clock.Elapsed.TotalSeconds,6:0.0} s: ") + what.ToString(CultureInfo.InvariantCulture));

    private static double? Rounded(TimeSpan? time) => time is { } known ? Math.Round(known.TotalSeconds, 1) : null;
}
