namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>Sends one kind of message. The extension point for e-mail, Kafka records, HTTP calls, payments.</summary>
public interface IMessageSender
{
    /// <summary>The kind of message this sender sends; one sender for each kind.</summary>
    string Kind { get; }

    /// <summary>
    /// The policy for this kind where the outcome of a send is in doubt; null leaves it to the setting
    /// <c>EffectivelyOnce__InDoubt</c>.
    /// </summary>
    InDoubtPolicy? InDoubt { get; }

    /// <summary>
    /// How many messages of this kind one process sends side by side at most, over all groups; null leaves it to the setting
    /// <c>EffectivelyOnce__SendsAtOnce</c>. A sender that puts many messages on one connection may say more.
    /// </summary>
    /// <value>At least 1; default null.</value>
    int? SendsAtOnce => null;

    /// <summary>
    /// Sends one message, within <paramref name="timeout" />. An exception means that the outcome is not known. Its text, and
    /// <see cref="SendResult.Detail" />, go to the log: they must hold no personal data.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="timeout">How long the send may take: under half the lease.</param>
    /// <param name="cancellationToken">Ends the send; its outcome is then not known.</param>
    /// <returns>What became of it.</returns>
    Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken);
}

/// <summary>A message taken from the outbox by its claim.</summary>
/// <param name="Id">The message's id, 32 hex digits; the same for every attempt.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Group">The consumer group that planned it.</param>
/// <param name="Subject">The subject of its event; the coordinates for a dead letter.</param>
/// <param name="Payload">What the consumer planned.</param>
/// <param name="CreatedAt">When it was planned, UTC.</param>
public sealed record OutboxMessage(string Id, string Kind, string Group, string Subject, byte[] Payload, DateTimeOffset CreatedAt)
{
    /// <summary>
    /// Whether an earlier attempt may have reached the receiver. A sender that can ask the receiver by the message's id asks
    /// first, and answers <see cref="SendStatus.Sent" /> where the receiver has it.
    /// </summary>
    /// <value>Default false: no attempt was made that may have arrived.</value>
    public bool MayHaveBeenSent { get; init; }

    /// <summary>The trace context for whoever receives the message: that of its send, else the one its row was written with.</summary>
    internal TraceContext? Trace { get; init; }
}

/// <summary>What became of a send.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="Detail">One line for the log and for <c>fc outbox</c>; null when it was sent.</param>
public readonly record struct SendResult(SendStatus Status, string? Detail = null)
{
    /// <summary>The receiver took the message.</summary>
    public static SendResult Sent { get; } = new(SendStatus.Sent);
}

/// <summary>The outcomes of a send.</summary>
public enum SendStatus
{
    /// <summary>The receiver took it: the row is deleted.</summary>
    Sent,

    /// <summary>The receiver certainly did not take it, for a passing reason: it is sent again later.</summary>
    NotSent,

    /// <summary>The receiver certainly did not take it and never will: the row is parked for a person to look at.</summary>
    Refused,

    /// <summary>Nobody knows whether the receiver took it: the policy decides.</summary>
    Unknown,
}

/// <summary>What happens to a message whose send is in doubt.</summary>
public enum InDoubtPolicy
{
    /// <summary>It is sent again under the same id: the receiver may see it twice, and never misses it.</summary>
    Resend,

    /// <summary>It stays in the outbox, marked, until a person decides: the receiver may miss it, and never sees it twice.</summary>
    Park,
}
