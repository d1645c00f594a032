namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// A group's parked messages, and what a person decides about them: the keyed service of the group's name. A message is parked when
/// its receiver refused it for good, or when nobody knows whether it was sent and the policy is <see cref="InDoubtPolicy.Park" />.
/// </summary>
public interface IParkedMessages
{
    /// <summary>Lists the parked messages; no snapshot.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The messages.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read.</exception>
    IAsyncEnumerable<ParkedMessage> ListAsync(CancellationToken cancellationToken);

    /// <summary>Has a message sent again under the same id, by the next sweep of any host.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="cancellationToken">Ends the trying; the change may have been made.</param>
    /// <returns>Whether it will be; false where no parked message has the id, any more.</returns>
    /// <exception cref="StoreUnavailableException">The table gave no plain answer, time and again.</exception>
    Task<bool> ResendAsync(string id, CancellationToken cancellationToken);

    /// <summary>Deletes a message: nobody will send it. The effect that it belongs to stays.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="cancellationToken">Ends the trying; the message may have been deleted.</param>
    /// <returns>Whether it was deleted; false where no parked message has the id, any more.</returns>
    /// <exception cref="StoreUnavailableException">The table gave no plain answer, time and again.</exception>
    Task<bool> DropAsync(string id, CancellationToken cancellationToken);
}

/// <summary>A message that nobody sends until somebody decides.</summary>
public sealed class ParkedMessage
{
    /// <summary>The message's id, 32 hex digits; what the receiver sees as <c>message-id</c> or the like.</summary>
    public required string Id { get; init; }

    /// <summary>The kind of message.</summary>
    public required string Kind { get; init; }

    /// <summary>The subject of its event; the coordinates for a dead letter.</summary>
    public required string Subject { get; init; }

    /// <summary>When it was planned, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Why it is parked, in one line: <c>refused: …</c> or <c>in doubt: …</c>.</summary>
    public required string Reason { get; init; }
}
