using System.Runtime.CompilerServices;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>A group's parked messages, for the program that the group runs in.</summary>
/// <param name="open">Opens the group's outbox.</param>
internal sealed class ParkedMessages(Func<CancellationToken, Task<OutboxByHand>> open) : IParkedMessages
{
    public async IAsyncEnumerable<ParkedMessage> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var outbox = await open(cancellationToken).ConfigureAwait(false);
        await foreach (var entry in ParkedAsync(outbox, cancellationToken).ConfigureAwait(false))
        {
            yield return new ParkedMessage
            {
                Id = entry.Id, Kind = entry.Kind, Subject = entry.Subject, CreatedAt = entry.CreatedAt, Reason = entry.Detail ?? "",
            };
        }
    }

    public async Task<bool> ResendAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        var outbox = await open(cancellationToken).ConfigureAwait(false);
        return await FindAsync(outbox, id, cancellationToken).ConfigureAwait(false) is { } entry
            && await outbox.ResendAsync(entry, cancellationToken).ConfigureAwait(false) == OutboxChange.Made;
    }

    public async Task<bool> DropAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        var outbox = await open(cancellationToken).ConfigureAwait(false);
        return await FindAsync(outbox, id, cancellationToken).ConfigureAwait(false) is { } entry
            && (await outbox.DropAsync([entry], cancellationToken).ConfigureAwait(false))[0] == OutboxChange.Made;
    }

    private static async Task<OutboxEntry?> FindAsync(OutboxByHand outbox, string id, CancellationToken cancellationToken)
    {
        await foreach (var entry in ParkedAsync(outbox, cancellationToken).ConfigureAwait(false))
        {
            if (string.Equals(entry.Id, id, StringComparison.OrdinalIgnoreCase))
            {
                return entry;
            }
        }

        return null;
    }

    private static IAsyncEnumerable<OutboxEntry> ParkedAsync(OutboxByHand outbox, CancellationToken cancellationToken) =>
        outbox.ListAsync(cancellationToken).Where(entry => entry.State == OutboxRows.Parked);
}
