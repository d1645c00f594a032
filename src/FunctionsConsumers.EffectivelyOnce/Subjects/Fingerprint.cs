namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>
/// The fingerprint of an event: SHA-256 of the canonical bytes that its decoder gives, or of the value where it gives none.
/// Rows of the layout before canonical bytes (<c>SchemaVersion</c> 1) hold the hash of the value, and are not written anew.
/// So a row is an event's own if it holds either hash. Neither can mean another event: equal bytes are an equal event.
/// </summary>
internal static class Fingerprint
{
    /// <summary>The fingerprint of some bytes.</summary>
    public static string Of(byte[]? value) => ContentHash.Of(value).ToString();

    /// <summary>Whether a row's fingerprint is an event's. <paramref name="fingerprint" /> is null if the row has none.</summary>
    internal static bool IsOf(EventIdentity identity, string? fingerprint) => IsOf(identity, ContentHash.Parse(fingerprint));

    /// <summary>Whether a row's fingerprint is an event's. <paramref name="fingerprint" /> is null if the row has none.</summary>
    internal static bool IsOf(EventIdentity identity, ContentHash? fingerprint) => fingerprint is { } hash
        && ((identity.Hash is { } own && own.Equals(hash))
            || (identity.Spelling is { } spelling && ContentHash.Of(spelling).Equals(hash)));
}
