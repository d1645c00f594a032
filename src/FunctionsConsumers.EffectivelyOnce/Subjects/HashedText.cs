namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>
/// A text with its hash, for the many look-ups of one text in a batch: each of them would take the hash anew. The hash is seeded
/// anew in each process, so nobody can send texts that all fall on one place.
/// </summary>
internal readonly struct HashedText : IEquatable<HashedText>
{
    private readonly string _text;
    private readonly int _hash;

    /// <summary>Takes the hash of a text.</summary>
    public HashedText(string text)
    {
        _text = text;
        _hash = string.GetHashCode(text, StringComparison.Ordinal);
    }

    /// <inheritdoc />
    public bool Equals(HashedText other) => _hash == other._hash && string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is HashedText other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _hash;
}
