using FunctionsConsumers.EffectivelyOnce.Outbox;

namespace FunctionsConsumers.Operations.Outbox;

/// <summary>The messages of all groups that are not sent yet: for a person to look at, to have sent again, or to drop.</summary>
/// <param name="services">Where the system is.</param>
public sealed class UnsentMessages(OperatedServices services)
{
    /// <summary>Lists them, parked ones first, then the oldest.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The messages, and how many there are in all.</returns>
    /// <exception cref="OperationException">No group has a table.</exception>
    /// <exception cref="EffectivelyOnce.StoreUnavailableException">A table could not be read.</exception>
    /// <exception cref="EffectivelyOnce.SettingException">The account refuses the credential.</exception>
    public async Task<(IReadOnlyList<UnsentMessage> Messages, int Total)> ListAsync(int most, CancellationToken cancellationToken)
    {
        var found = await OutboxTables.ReadAsync(services.Tables, services.Groups, cancellationToken);
        return ([.. found.Select(message => Of(message.Entry))
            .OrderBy(message => message.State != OutboxRows.Parked)
            .ThenBy(message => message.CreatedAt)
            .Take(most)], found.Count);
    }

    /// <summary>Has parked messages sent again.</summary>
    /// <param name="ids">Their ids.</param>
    /// <param name="cancellationToken">Ends the changing.</param>
    /// <returns>One outcome for each id.</returns>
    /// <exception cref="OperationException">No group has a table.</exception>
    /// <exception cref="EffectivelyOnce.StoreUnavailableException">A table could not be read or changed.</exception>
    /// <exception cref="EffectivelyOnce.SettingException">The account refuses the credential.</exception>
    public async Task<IReadOnlyList<ChangedMessage>> ResendAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        await OutboxChanges.ByIdAsync(await OutboxTables.ReadAsync(services.Tables, services.Groups, cancellationToken), ids,
            OutboxChanges.ResendAsync, cancellationToken);

    /// <summary>Drops messages.</summary>
    /// <param name="ids">Their ids.</param>
    /// <param name="cancellationToken">Ends the changing.</param>
    /// <returns>One outcome for each id.</returns>
    /// <exception cref="OperationException">No group has a table.</exception>
    /// <exception cref="EffectivelyOnce.StoreUnavailableException">A table could not be read or changed.</exception>
    /// <exception cref="EffectivelyOnce.SettingException">The account refuses the credential.</exception>
    public async Task<IReadOnlyList<ChangedMessage>> DropAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        await OutboxChanges.ByIdAsync(await OutboxTables.ReadAsync(services.Tables, services.Groups, cancellationToken), ids,
            OutboxChanges.DropAsync, cancellationToken);

    private static UnsentMessage Of(OutboxEntry entry) =>
        new(entry.Group, entry.Id, entry.Kind, entry.State, entry.Subject, entry.CreatedAt, entry.Detail);
}

/// <summary>A message that is not sent yet.</summary>
/// <param name="Group">The consumer group that planned it.</param>
/// <param name="Id">Its id.</param>
/// <param name="Kind">The kind of message.</param>
/// <param name="State"><c>waiting</c>, <c>claimed</c>, <c>parked</c>, or <c>unreadable</c>.</param>
/// <param name="Subject">The order's id; the coordinates for a dead letter.</param>
/// <param name="CreatedAt">When it was planned, UTC.</param>
/// <param name="Detail">Why it waits or is parked; null where it was never tried.</param>
public sealed record UnsentMessage(
    string Group, string Id, string Kind, string State, string Subject, DateTimeOffset CreatedAt, string? Detail);
