using FunctionsConsumers.Operations.Outbox;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.Outbox;
using FunctionsConsumers.Operations.ConsumerGroups;
using FunctionsConsumers.Operations.DeadLetters;

namespace FunctionsConsumers.Cli.Status;

/// <summary>
/// Looks at everything that stands on the screen. A service that does not answer is told of, and the rest is shown all the same.
/// </summary>
internal sealed class StatusLook(OperatedSystem system)
{
    private static readonly TimeSpan FirstRate = TimeSpan.FromSeconds(1);

    private Dictionary<string, long> _settled = [];
    private long _at;

    /// <summary>Looks.</summary>
    public async Task<StatusReport> TakeAsync(CancellationToken cancellationToken)
    {
        string? lastError = null;
        IReadOnlyList<GroupStanding> standings = [];
        Dictionary<string, double> rates = [];
        var kafka = await AskAsync("kafka", system.Services.Kafka.Brokers, async () =>
        {
            var status = new GroupsStatus(system.Services, system.Log, await system.MembersAsync(cancellationToken));
            standings = await status.FindAsync(cancellationToken);
            if (_settled.Count == 0)
            {
                Note(standings);
                await Task.Delay(FirstRate, system.Services.Time, cancellationToken);
                standings = await status.FindAsync(cancellationToken);
            }

            rates = Note(standings);
        });
        IReadOnlyList<OutboxStanding> outboxes = [];
        var tables = await AskAsync("tables", string.Join(", ", system.Services.Tables.Names), async () =>
        {
            outboxes = await new OutboxStandings(system.Services).FindAsync(cancellationToken);
            if (outboxes.Any(outbox => outbox.Depth > 0))
            {
                var messages = await OutboxTables.ReadAsync(system.Services.Tables, system.Services.Groups, cancellationToken);
                lastError = messages.Where(message => message.Entry.Detail is not null).MaxBy(message => message.Entry.CreatedAt)
                    ?.Entry.Detail;
            }
        });
        IReadOnlyList<DeadLetterCount> dead = kafka.Ok && tables.Ok
            ? await system.Letters.CountAsync(new DeadLetterFilter { State = DeadLetterState.Open }, cancellationToken)
            : [];
        var now = system.Services.Time.GetUtcNow();
        return new StatusReport(
            system.Services.Topic,
            [kafka, tables],
            [.. system.Services.Groups.Select(group =>
                Group(group, standings.FirstOrDefault(one => one.Group == group), outboxes.FirstOrDefault(one => one.Group == group)))],
            HostStatus.Of(standings),
            kafka.Ok ? tables.Ok ? lastError : tables.Detail : kafka.Detail);

        GroupOnScreen Group(string group, GroupStanding? standing, OutboxStanding? outbox) => new(
            group,
            standing?.State ?? "unknown",
            standing?.Members.Count ?? 0,
            standing?.Lag ?? 0,
            rates.TryGetValue(group, out var rate) ? rate : null,
            outbox?.Depth ?? 0,
            outbox?.AgeSeconds(now) ?? 0,
            outbox?.InDoubt ?? 0,
            outbox?.Parked ?? 0,
            dead.Where(count => count.Group == group).GroupBy(count => count.Reason ?? "unknown")
                .ToDictionary(reason => reason.Key, reason => reason.Sum(count => count.Count), StringComparer.Ordinal));
    }

    private static async Task<ServiceStatus> AskAsync(string service, string where, Func<Task> ask)
    {
        try
        {
            await ask();
            return new ServiceStatus(service, true, where);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return new ServiceStatus(service, false, Failures.Line(failure));
        }
    }

    // Records a second since the look before, by what was committed.
    private Dictionary<string, double> Note(IReadOnlyList<GroupStanding> standings)
    {
        var now = system.Services.Time.GetTimestamp();
        var seconds = system.Services.Time.GetElapsedTime(_at, now).TotalSeconds;
        var settled = standings.ToDictionary(
            group => group.Group, group => group.Partitions.Sum(partition => partition.Committed ?? partition.Start));
        var rates = _settled.Count == 0 ? [] : settled
            .Where(group => _settled.ContainsKey(group.Key))
            .ToDictionary(group => group.Key, group => Math.Round(Math.Max(0, group.Value - _settled[group.Key]) / seconds, 1));
        (_settled, _at) = (settled, now);
        return rates;
    }
}
