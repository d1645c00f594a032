using System.Security.Cryptography;

namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>
/// The fingerprint of a payload: SHA-256 of the value's bytes. An order serialized anew is another payload, on purpose:
/// what looks alike to one reader need not to the next.
/// </summary>
internal static class Fingerprint
{
    /// <summary>The fingerprint of a value.</summary>
    /// <param name="value">The value's bytes; null counts as empty.</param>
    /// <returns>64 hex digits in lower case.</returns>
    public static string Of(byte[]? value) => Convert.ToHexStringLower(SHA256.HashData(value ?? []));
}
