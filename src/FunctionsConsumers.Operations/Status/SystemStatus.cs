using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Health;
using FunctionsConsumers.Operations.ConsumerGroups;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Hosts;

namespace FunctionsConsumers.Operations.Status;

/// <summary>
/// Tells of the whole system, whichever host is asked: offsets and members from the broker, messages from the tables, what was
/// handled from the rows that every host writes. Each service is asked side by side and given 10 s, so that one which hangs
/// hides nothing of the others. An answer serves all who ask within 2 s.
/// </summary>
public sealed class SystemStatus : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SaysSomethingWithin = TimeSpan.FromSeconds(45);

    private readonly OperatedServices _services;
    private readonly GroupsStatus _groups;
    private readonly DeadLetterTopics _letters;
    private readonly HostRows _hosts;
    private readonly MailProbe? _mail;
    private readonly GroupWatch? _watch;
    private readonly SemaphoreSlim _turn = new(1);
    private StatusReport? _last;

    /// <summary>Makes what looks.</summary>
    /// <param name="services">Where the system is.</param>
    /// <param name="groups">The groups' standing.</param>
    /// <param name="letters">The dead letters.</param>
    /// <param name="hosts">What the hosts say of themselves.</param>
    /// <param name="mail">Tries where mail goes; null for one who does not send any, and cannot tell.</param>
    /// <param name="watch">Watches the groups from within a host; null outside of one, where the hosts' figures have to do.</param>
    internal SystemStatus(
        OperatedServices services, GroupsStatus groups, DeadLetterTopics letters, HostRows hosts, MailProbe? mail, GroupWatch? watch) =>
        (_services, _groups, _letters, _hosts, _mail, _watch) = (services, groups, letters, hosts, mail, watch);

    /// <summary>Looks.</summary>
    /// <param name="cancellationToken">Ends the looking.</param>
    /// <returns>The report.</returns>
    public async Task<StatusReport> LookAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is null || _services.Time.GetUtcNow() - _last.At >= Fresh)
            {
                _last = await LookAnewAsync(cancellationToken);
            }

            return _last;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    private async Task<StatusReport> LookAnewAsync(CancellationToken cancellationToken)
    {
        var standings = AskAsync("Kafka", _groups.FindAsync, cancellationToken);
        var counts = AskAsync("Kafka", stop => _letters.CountAsync(new DeadLetterFilter(), stop), cancellationToken);
        var outboxes = AskAsync("the table service", _groups.OutboxesAsync, cancellationToken);
        var hosts = AskAsync("the table service", async stop => Boxed(await _hosts.ReadAsync(stop)), cancellationToken);
        var mail = AskAsync<ServiceStatus>(
            "the mail server", _mail is null ? _ => Task.FromResult(ServiceStatus.Good) : _mail.TryAsync, cancellationToken);
        await Task.WhenAll(standings, counts, outboxes, hosts, mail);

        var now = _services.Time.GetUtcNow();
        var (standing, broker) = await standings;
        var (count, _) = await counts;
        var (outbox, tables) = await outboxes;
        var (told, hostsFailure) = await hosts;
        var (reachable, mailFailure) = await mail;
        return new StatusReport(
            now,
            _services.Topic,
            new ServiceStatus(broker is null, broker),
            new ServiceStatus((tables ?? hostsFailure) is null, tables ?? hostsFailure),
            reachable ?? new ServiceStatus(false, mailFailure),
            told is null ? [] : HostsOf(told.Rows, now),
            [.. _services.Groups.Select(group =>
            {
                var figures = told is null
                    ? null
                    : GroupFigures.Of(group, told.Rows, told.Today.GetValueOrDefault(group) ?? new DayFigures(), now);
                var waiting = outbox?.FirstOrDefault(one => one.Group == group);
                return new GroupStatus
                {
                    Group = group,
                    Function = _services.Functions.GetValueOrDefault(group),
                    Standing = standing?.FirstOrDefault(one => one.Group == group),
                    Outbox = waiting is null
                        ? null
                        : new OutboxStatus(waiting.Depth, waiting.AgeSeconds(now), waiting.InDoubt, waiting.Parked),
                    DeadLetters = count is null ? null : Reasons(count.Where(cause => cause.Group == group)),
                    Figures = figures,
                    IsSilent = _watch is null ? figures?.IsIdle == true : _watch.Of(group)?.IsSilent == true,
                };
            })]);
    }

    private static List<HostStatus> HostsOf(IReadOnlyList<HostRow> rows, DateTimeOffset now) =>
    [
        .. rows.GroupBy(row => row.Life).Select(life => life.MaxBy(row => row.SeenAt)!)
            .Select(row => new HostStatus(row.Machine, row.Process, row.StartedAt, row.SeenAt, now - row.SeenAt < SaysSomethingWithin))
            .OrderByDescending(host => host.IsThere).ThenByDescending(host => host.SeenAt),
    ];

    private static List<ReasonCount> Reasons(IEnumerable<DeadLetterCount> causes) =>
    [
        .. causes.GroupBy(cause => cause.Reason ?? "")
            .Select(reason => new ReasonCount(reason.Key, reason.Sum(cause => cause.Count), reason.Sum(cause => cause.Open)))
            .OrderByDescending(reason => reason.Count),
    ];

    private static Told Boxed((IReadOnlyList<HostRow> Rows, IReadOnlyDictionary<string, DayFigures> Today) read) =>
        new(read.Rows, read.Today);

    // Each service's clients throw in their own way; what is asked about says which service it was.
    private async Task<(T? Answer, string? Failure)> AskAsync<T>(
        string service, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return (await ask(cancellationToken).WaitAsync(Patience, _services.Time, cancellationToken), null);
        }
        catch (TimeoutException)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"{service} gave no answer within {Patience.TotalSeconds:0} s"));
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return (null, $"{service}: {failure.Message.Split('\n', 2)[0]}");
        }
    }

    private sealed record Told(IReadOnlyList<HostRow> Rows, IReadOnlyDictionary<string, DayFigures> Today);
}
