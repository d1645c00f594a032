using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// Ids of messages that leave: the same for every attempt at the same message, so that a receiver can drop a second copy.
/// </summary>
internal static class MessageId
{
    private const int StackBytes = 1024;

    /// <summary>The id of the message of an event.</summary>
    public static string Of(string group, string subject, string key, int ordinal) =>
        Hash("event", group, subject, key, ordinal.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// The id of a dead letter: by coordinates, bytes and time, since a topic made anew under an old name has other records at old
    /// coordinates. Whether two of them are one letter is for the row of the coordinates to say, never for the id.
    /// <paramref name="timestamp" /> is null if it has none.
    /// </summary>
    public static string OfDeadLetter(string group, EventIdentity identity, DateTimeOffset? timestamp)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return Hash(
            "dead-letter",
            group,
            identity.Coordinates.ToString(),
            identity.Fingerprint,
            timestamp?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) ?? "");
    }

    // Every part goes in with its length before it, so that no two lists of parts read alike.
    private static string Hash(params ReadOnlySpan<string> parts)
    {
        var longest = 0;
        foreach (var part in parts)
        {
            longest += sizeof(int) + Utf16.MaxBytes(part);
        }

        var rented = longest > StackBytes ? ArrayPool<byte>.Shared.Rent(longest) : null;
        Span<byte> text = rented is null ? stackalloc byte[StackBytes] : rented;
        var length = 0;
        foreach (var part in parts)
        {
            var written = Utf16.Write(part, text[(length + sizeof(int))..]);
            BinaryPrimitives.WriteInt32LittleEndian(text[length..], written);
            length += sizeof(int) + written;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return Convert.ToHexStringLower(hash[..16]);
    }
}
