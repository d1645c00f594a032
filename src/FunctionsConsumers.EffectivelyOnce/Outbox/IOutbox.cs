namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>Where the processor leaves the messages it has committed.</summary>
public interface IOutbox
{
    /// <summary>
    /// Takes messages whose rows were committed a moment ago, to be claimed and sent soon. A hint and no more: what is
    /// dropped here is found by the sweep.
    /// </summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="messages">The messages with the versions of their head rows; null where it is not known.</param>
    void Offer(string bucket, IReadOnlyList<CommittedMessage> messages);
}

/// <summary>A message whose row is known to be committed.</summary>
/// <param name="Message">The message.</param>
/// <param name="ETag">The version of its head row; null where it is not known.</param>
public readonly record struct CommittedMessage(OutboxMessage Message, string? ETag);
