using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>Ids of messages that leave: the same for every attempt at the same message, so that a receiver can drop a second copy.</summary>
internal static class MessageId
{
    /// <summary>The id of the message of an event.</summary>
    /// <param name="group">The consumer group.</param>
    /// <param name="subject">The event's subject.</param>
    /// <param name="key">The event's idempotency key.</param>
    /// <param name="ordinal">The message's position in the plan, from 0.</param>
    /// <returns>32 hex digits.</returns>
    public static string Of(string group, string subject, string key, int ordinal) =>
        Hash("event", group, subject, key, ordinal.ToString(CultureInfo.InvariantCulture));

    /// <summary>The id of a dead letter, which hangs on its coordinates alone.</summary>
    /// <param name="group">The consumer group.</param>
    /// <param name="coordinates">The record's coordinates.</param>
    /// <param name="timestamp">The record's timestamp: a topic made anew under an old name has other records at old coordinates.</param>
    /// <returns>32 hex digits.</returns>
    public static string OfDeadLetter(string group, Coordinates coordinates, DateTimeOffset timestamp) =>
        Hash("dead-letter", group, coordinates.ToString(), timestamp.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    // Every part goes in with its length before it, so that no two lists of parts read alike.
    private static string Hash(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}
