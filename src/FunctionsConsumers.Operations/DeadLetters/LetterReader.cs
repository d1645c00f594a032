using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Operations.DeadLetters;

/// <summary>
/// Reads records of dead-letter topics. The headers of the record itself come first, as they were; those of the letter
/// follow in one block, which begins with the last <c>dead-letter-reason</c>: a record that was redriven may carry such
/// headers of its own.
/// </summary>
internal static class LetterReader
{
    public const string CountHeader = "redrive-count";
    public const string OfHeader = "redrive-of";
    public const string HistoryHeader = "redrive-history";

    private const string Prefix = "dead-letter-";
    private const string First = Prefix + "reason";

    /// <summary>What a letter's headers tell.</summary>
    /// <param name="group">The group whose topic it stands in.</param>
    /// <param name="record">The record of the dead-letter topic.</param>
    /// <returns>The entry.</returns>
    public static DeadLetterEntry Entry(string group, ConsumedRecord record)
    {
        var (own, letter) = Split(record.Headers);
        var block = record with { Headers = letter };
        var original = record with { Headers = own };
        return new DeadLetterEntry
        {
            Id = Text(block, "message-id") ?? record.Coordinates.ToString(),
            Group = group,
            Reason = Text(block, First),
            Detail = Text(block, Prefix + "detail"),
            Origin = OriginOf(block),
            Time = DateTimeOffset.TryParse(
                Text(block, Prefix + "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : record.Timestamp,
            Key = PlainText.Of(record.Key),
            Redrives = int.TryParse(Text(original, CountHeader), NumberStyles.None, CultureInfo.InvariantCulture, out var redrives)
                ? redrives
                : 0,
            RedriveOf = Text(original, OfHeader),
            At = record.Coordinates,
            IsWhole = !letter.Any(header => header.Name.EndsWith("-omitted", StringComparison.Ordinal)),
        };
    }

    /// <summary>All that a letter carries.</summary>
    /// <param name="entry">What its headers tell.</param>
    /// <param name="record">The record of the dead-letter topic.</param>
    /// <returns>The content.</returns>
    public static DeadLetterContent Content(DeadLetterEntry entry, ConsumedRecord record)
    {
        var (own, letter) = Split(record.Headers);
        var isValueThere = !letter.Any(header => header.Name == Prefix + "value-omitted");
        return new DeadLetterContent(
            entry, record.Key, isValueThere ? record.Value : null, own, letter,
            [.. own.Where(header => header.Name == HistoryHeader).Select(header => PlainText.Of(header.Value) ?? "")]);
    }

    /// <summary>The record's own headers, and the letter's.</summary>
    public static (IReadOnlyList<RecordHeader> Own, IReadOnlyList<RecordHeader> Letter) Split(IReadOnlyList<RecordHeader> headers)
    {
        for (var i = headers.Count - 1; i >= 0; i--)
        {
            if (headers[i].Name == First)
            {
                return ([.. headers.Take(i)], [.. headers.Skip(i)]);
            }
        }

        return (headers, []);
    }

    private static Coordinates? OriginOf(ConsumedRecord letter) => Text(letter, Prefix + "topic") is { } topic
        && int.TryParse(Text(letter, Prefix + "partition"), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
        && long.TryParse(Text(letter, Prefix + "offset"), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new Coordinates(topic, partition, offset)
            : null;

    private static string? Text(ConsumedRecord record, string name) => PlainText.Of(record.LastHeader(name));
}
