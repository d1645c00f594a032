namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>Who an event is: its group's view of subject, idempotency key, fingerprint and place in the log.</summary>
/// <param name="Group">The consumer group.</param>
/// <param name="Subject">What the event is about.</param>
/// <param name="Key">The idempotency key.</param>
/// <param name="Fingerprint">SHA-256 of the canonical bytes that the decoder gives, or of the value where it gives none: 64 hex
/// digits in lower case.</param>
/// <param name="Coordinates">Where the record stands.</param>
public sealed record EventIdentity(string Group, string Subject, string Key, string Fingerprint, Coordinates Coordinates)
{
    /// <summary>The value's bytes where the fingerprint is over canonical ones; null where it is over the value.</summary>
    internal byte[]? Spelling { get; init; }

    /// <summary>Whether the key is the record's place in the log, since nothing in the record gives one.</summary>
    internal bool HasPlaceForKey { get; init; }

    /// <summary>The id of a message of this event, for <c>Message-ID</c> or the header <c>message-id</c>.</summary>
    /// <param name="ordinal">The message's position in the plan, from 0.</param>
    /// <returns>32 hex digits, the same each time the event is handled, by any owner.</returns>
    public string MessageId(int ordinal) => EffectivelyOnce.MessageId.Of(Group, Subject, Key, ordinal);
}
