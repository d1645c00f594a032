using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.LocalHost.ConsumerGroups;
using FunctionsConsumers.Operations.ConsumerGroups;
using FunctionsConsumers.Operations.Hosts;
using FunctionsConsumers.Operations.Outbox;
using FunctionsConsumers.Operations.Status;

namespace FunctionsConsumers.Cli.Status;

/// <summary>
/// What stands on the screen: what the status page shows, looked at from here. A service that does not answer is told of, and the
/// rest is shown all the same.
/// </summary>
/// <param name="system">The system.</param>
internal sealed class StatusLook(OperatedSystem system) : IDisposable
{
    private readonly SystemStatus _status = new(
        system.Services,
        new GroupsStatus(system.Services, system.Log, new LocalGroupMembers(system.Services)),
        system.Letters,
        new HostRows(system.Services),
        mail: null,
        watch: null);

    /// <summary>Looks.</summary>
    /// <param name="cancellationToken">Ends the looking.</param>
    /// <returns>What was seen.</returns>
    public async Task<StatusOnScreen> TakeAsync(CancellationToken cancellationToken)
    {
        var seen = await _status.LookAsync(cancellationToken);
        var waits = seen.Tables.IsReachable && seen.Groups.Any(group => group.Outbox is { Depth: > 0 })
            ? await ReasonsAsync(cancellationToken)
            : new Dictionary<string, string>(StringComparer.Ordinal);
        List<GroupOnScreen> groups = [.. seen.Groups.Select(group => Of(group, waits.GetValueOrDefault(group.Group)))];
        return new StatusOnScreen(
            seen.Topic,
            [
                Service("kafka", seen.Broker, system.Services.Kafka.Brokers),
                Service("tables", seen.Tables, string.Join(", ", system.Services.Tables.Names)),
            ],
            groups,
            HostOnScreen.Of(seen.Groups.Select(group => group.Standing).OfType<GroupStanding>()),
            seen.Broker.Reason ?? seen.Tables.Reason
                ?? groups.Select(group => group.Waits).FirstOrDefault(reason => reason is not null)
                ?? groups.Where(group => group.Error is not null).MaxBy(group => group.Error!.At)?.Error!.Text);
    }

    /// <inheritdoc />
    public void Dispose() => _status.Dispose();

    private static ServiceOnScreen Service(string name, ServiceStatus status, string where) =>
        new(name, status.IsReachable, status.Reason ?? where);

    private static GroupOnScreen Of(GroupStatus group, string? waits) => new(
        group.Group,
        group.Standing?.State ?? "unknown",
        group.Standing?.Members.Count ?? 0,
        group.Standing?.Lag,
        group.Figures?.PerSecond,
        group.Outbox?.Depth,
        group.Outbox?.AgeSeconds,
        group.Outbox?.InDoubt,
        group.Outbox?.Parked,
        group.DeadLetters?.Where(reason => reason.Open > 0).ToDictionary(
            reason => reason.Reason.Length > 0 ? reason.Reason : "unknown", reason => reason.Open, StringComparer.Ordinal))
    {
        Trend = group.Figures?.Trend ?? LagTrend.Unknown,
        IsSilent = group.IsSilent,
        Error = group.Figures?.Error,
        Waits = waits,
    };

    // Why the newest message of each group waits, in the words of whoever did not take it: the log has its type alone.
    private async Task<Dictionary<string, string>> ReasonsAsync(CancellationToken cancellationToken) =>
        (await OutboxTables.ReadAsync(system.Services.Tables, system.Services.Groups, cancellationToken))
        .Where(message => message.Entry.Detail is not null)
        .GroupBy(message => message.Entry.Group, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.MaxBy(message => message.Entry.CreatedAt)!.Entry.Detail!, StringComparer.Ordinal);
}
