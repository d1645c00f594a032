using System.Globalization;
using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.Operations.DeadLetters;

namespace FunctionsConsumers.Operations.Redrives;

/// <summary>
/// The record that a letter becomes: key, value and headers of the record itself, and what a redrive adds. The letter's id goes
/// along as <c>redrive-of</c>, so that one redrive is known in however many copies. Nothing that is added is part of an
/// idempotency key. Pure.
/// </summary>
internal static class RedrivenRecord
{
    /// <summary>The header with the place where the record stood first.</summary>
    public const string OriginHeader = "redrive-origin";

    private static readonly HashSet<string> Replaced = [Redrive.Header, LetterReader.CountHeader, LetterReader.OfHeader];

    /// <summary>Makes the record.</summary>
    public static Message<byte[], byte[]> Of(DeadLetterContent letter)
    {
        var headers = new Headers();
        foreach (var header in letter.Headers.Where(header => !Replaced.Contains(header.Name)))
        {
            headers.Add(header.Name, header.Value);
        }

        var entry = letter.Entry;
        if (!letter.Headers.Any(header => header.Name == OriginHeader))
        {
            Add(headers, OriginHeader, entry.Origin.ToString()!);
        }

        Add(headers, LetterReader.HistoryHeader, string.Create(
            CultureInfo.InvariantCulture, $"{entry.Origin} {entry.Reason} {entry.Time?.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}"));
        Add(headers, LetterReader.OfHeader, entry.Id);
        Add(headers, LetterReader.CountHeader, (entry.Redrives + 1).ToString(CultureInfo.InvariantCulture));
        Add(headers, Redrive.Header, entry.Group);
        return new Message<byte[], byte[]> { Key = letter.Key!, Value = letter.Value!, Headers = headers };
    }

    /// <summary>
    /// Puts the record itself in the place of what a letter was too large to carry. Null if the record is no longer there, or is
    /// another one.
    /// </summary>
    public static DeadLetterContent? Completed(DeadLetterContent letter, ConsumedRecord? original)
    {
        if (original is null)
        {
            return null;
        }

        // Each part that is missing has its length and hash in the letter, and each that is there is compared.
        var isSame = IsSame(
            "dead-letter-value-omitted", letter, () => OmittedPart.Of(original.Value ?? []), () => Equal(letter.Value, original.Value))
            && IsSame("dead-letter-key-omitted", letter, () => OmittedPart.Of(original.Key ?? []), () => Equal(letter.Key, original.Key))
            && IsSame("dead-letter-headers-omitted", letter, () => OmittedPart.Of(original.Headers), () =>
                letter.Headers.Count == original.Headers.Count);
        return isSame ? letter with { Key = original.Key, Value = original.Value, Headers = original.Headers } : null;
    }

    private static bool IsSame(string header, DeadLetterContent letter, Func<OmittedPart> part, Func<bool> isEqual)
    {
        var note = letter.LetterHeaders.LastOrDefault(candidate => candidate.Name == header).Value;
        return note is null ? isEqual() : Encoding.UTF8.GetString(note).EndsWith(part().Sha256, StringComparison.Ordinal);
    }

    private static bool Equal(byte[]? one, byte[]? other) =>
        one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);

    private static void Add(Headers headers, string name, string value) => headers.Add(name, Encoding.UTF8.GetBytes(value));
}
