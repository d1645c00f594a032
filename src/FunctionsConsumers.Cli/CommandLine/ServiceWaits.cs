using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.LocalHost.Connections;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>
/// Says which service a command waits for, where it is and since when, within 5 s; says when it is back; and ends the command
/// with that sentence when <c>--timeout</c> is over, whatever the command is blocked in.
/// </summary>
internal sealed class ServiceWaits : IServiceFollower, IDisposable
{
    /// <summary>Most commands are done by then, and need not be watched.</summary>
    private static readonly TimeSpan WatchedAfter = TimeSpan.FromMilliseconds(700);

    /// <summary>How long a command that is given up may take to end by itself; what it is blocked in need not heed the signal.</summary>
    private static readonly TimeSpan LastMoments = TimeSpan.FromSeconds(1);

    private readonly Terminal _terminal;
    private readonly TimeSpan _patience;
    private readonly bool _givesUp;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _followed = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _watches = [];
    private readonly Dictionary<string, ITimer> _waiting = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<string> _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();

    /// <summary>Makes what follows one command.</summary>
    public ServiceWaits(Terminal terminal, TimeSpan patience, bool givesUp, TimeProvider time)
    {
        _terminal = terminal;
        _patience = patience;
        _givesUp = givesUp;
        _time = time;
    }

    /// <summary>Ends, with the sentence, when a service was silent for too long.</summary>
    public Task<string> GivenUp => _givenUp.Task;

    /// <summary>
    /// Runs a command's body. <paramref name="givesUp" /> says whether the command ends when a service was silent for too long.
    /// </summary>
    /// <exception cref="CommandException">A service was silent for too long.</exception>
    public static async Task<int> RunAsync(Invocation call, Func<Invocation, Task<int>> body, bool givesUp)
    {
        using var waits = new ServiceWaits(call.Terminal, call.Patience, givesUp, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Stop);
        var running = Task.Run(() => body(call with { Stop = stop.Token, Waits = waits }), CancellationToken.None);
        if (await Task.WhenAny(running, waits.GivenUp) == running)
        {
            return await running;
        }

        // Whatever the body says of its end now, this is why.
        await stop.CancelAsync();
        await Task.WhenAny(
            running.ContinueWith(static ended => ended.Exception, TaskScheduler.Default), Task.Delay(LastMoments, CancellationToken.None));
        throw new CommandException(await waits.GivenUp);
    }

    /// <inheritdoc />
    public void Follow(KafkaConnection kafka, string topic)
    {
        if (!IsNew(kafka.Brokers))
        {
            return;
        }

        var watch = new BrokerWatch(
            kafka,
            _time,
            absence => Away(absence, "start it, or name another with --brokers"),
            Back,
            line => Unreachable(kafka.Brokers, line),
            line => Reachable(kafka.Brokers, line),
            static (_, _) => { });
        Keep(watch);
        Later(() => watch.Follow(topic));
    }

    /// <inheritdoc />
    public void Follow(TableAccounts accounts)
    {
        // Each reading of the settings makes clients of its own, and only these have been asked.
        if (!IsNew(accounts.Setting + accounts.GetHashCode().ToString(CultureInfo.InvariantCulture)))
        {
            return;
        }

        var watch = new TablesWatch(
            accounts.Setting, accounts.Pulses, _time, absence => Away(absence, "start them, or name others with --tables"), Back);
        Keep(watch);
        Later(() => _ = Task.Run(() => watch.RunAsync(_ended.Token)));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _ended.Cancel();
            _watches.ForEach(watch => watch.Dispose());
            foreach (var timer in _waiting.Values)
            {
                timer.Dispose();
            }
        }
    }

    internal void Away(ServiceAbsence absence, string fix)
    {
        if (_ended.IsCancellationRequested)
        {
            return;
        }

        _terminal.Say($"Waiting: {absence}.");
        GiveUpLater(absence.Service, _patience - (_time.GetUtcNow() - absence.Since), () => string.Create(
            CultureInfo.InvariantCulture, $"{absence}: {fix}. Given up after {_patience.TotalSeconds:0} s (--timeout)"));
    }

    internal void Back(ServiceAbsence absence, TimeSpan away)
    {
        StopWaiting(absence.Service);
        _terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{absence.Name}: back after {away.TotalSeconds:0} s."));
    }

    private void Unreachable(string brokers, string line)
    {
        _terminal.Say("Waiting: " + line);
        GiveUpLater(brokers, _patience, () => line);
    }

    private void Reachable(string brokers, string line)
    {
        StopWaiting(brokers);
        _terminal.Say(line);
    }

    private void GiveUpLater(string service, TimeSpan left, Func<string> sentence)
    {
        if (!_givesUp)
        {
            return;
        }

        lock (_gate)
        {
            _waiting[service] = _time.CreateTimer(
                _ => _givenUp.TrySetResult(sentence()), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private void StopWaiting(string service)
    {
        lock (_gate)
        {
            if (_waiting.Remove(service, out var timer))
            {
                timer.Dispose();
            }
        }
    }

    private bool IsNew(string service)
    {
        lock (_gate)
        {
            return _followed.Add(service);
        }
    }

    private void Keep(IDisposable watch)
    {
        lock (_gate)
        {
            _watches.Add(watch);
        }
    }

    private void Later(Action begin)
    {
        lock (_gate)
        {
            _watches.Add(_time.CreateTimer(
                _ =>
                {
                    if (!_ended.IsCancellationRequested)
                    {
                        begin();
                    }
                },
                null, WatchedAfter, Timeout.InfiniteTimeSpan));
        }
    }
}
