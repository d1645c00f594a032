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
    private readonly string? _fingerprint = Fingerprint;
    private readonly ContentHash _hash;

    /// <summary>Who an event is whose fingerprint is this hash: it becomes text only for who reads it.</summary>
    internal EventIdentity(string group, string subject, string key, ContentHash hash, Coordinates coordinates)
        : this(group, subject, key, null!, coordinates) => _hash = hash;

    /// <summary>
    /// SHA-256 of the canonical bytes that the decoder gives, or of the value where it gives none: 64 hex digits in lower case.
    /// </summary>
    public string Fingerprint
    {
        get => _fingerprint ?? _hash.ToString();
        init => _fingerprint = value;
    }

    /// <summary>The fingerprint as a hash. Null if somebody gave a text that is none.</summary>
    internal ContentHash? Hash => _fingerprint is null ? _hash : ContentHash.Parse(_fingerprint);

    /// <summary>The value's bytes where the fingerprint is over canonical ones; null where it is over the value.</summary>
    internal byte[]? Spelling { get; init; }

    /// <summary>Whether the key is the record's place in the log, since nothing in the record gives one.</summary>
    internal bool HasPlaceForKey { get; init; }

    /// <summary>The id of a message of this event, for <c>Message-ID</c> or the header <c>message-id</c>.</summary>
    /// <param name="ordinal">The message's position in the plan, from 0.</param>
    /// <returns>32 hex digits, the same each time the event is handled, by any owner.</returns>
    public string MessageId(int ordinal) => EffectivelyOnce.MessageId.Of(Group, Subject, Key, ordinal);

    /// <summary>Whether two are the same event at the same place, by all that an identity says.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>Whether they are.</returns>
    public bool Equals(EventIdentity? other) => other is not null
        && Coordinates == other.Coordinates
        && string.Equals(Group, other.Group, StringComparison.Ordinal)
        && string.Equals(Subject, other.Subject, StringComparison.Ordinal)
        && string.Equals(Key, other.Key, StringComparison.Ordinal)
        && string.Equals(Fingerprint, other.Fingerprint, StringComparison.Ordinal);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Group, Subject, Key, Coordinates);
}
