using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace FunctionsConsumers.Cli.IdempotencyKeys;

/// <summary>A dead letter, as its headers tell of it.</summary>
/// <param name="Group">The group that could not apply the record.</param>
/// <param name="Reason">One word of the closed list.</param>
/// <param name="Detail">One sentence.</param>
/// <param name="Topic">The record's topic.</param>
/// <param name="Partition">The record's partition.</param>
/// <param name="Offset">The record's offset.</param>
/// <param name="Time">When it was dead-lettered, ISO 8601.</param>
/// <param name="Key">The record's key; bytes that are not UTF-8 as U+FFFD; null for none.</param>
internal sealed record LetterHeaders(
    string Group, string? Reason, string? Detail, string? Topic, int? Partition, long? Offset, string? Time, string? Key)
{
    /// <summary>Reads a record of a dead-letter topic.</summary>
    /// <param name="group">The group whose topic it is.</param>
    /// <param name="record">The record.</param>
    /// <returns>What its headers say; null for what they do not.</returns>
    public static LetterHeaders Of(string group, ConsumeResult<byte[]?, byte[]?> record) => new(
        Header(record, "dead-letter-group") ?? group,
        Header(record, "dead-letter-reason"),
        Header(record, "dead-letter-detail"),
        Header(record, "dead-letter-topic"),
        int.TryParse(Header(record, "dead-letter-partition"), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            ? partition
            : null,
        long.TryParse(Header(record, "dead-letter-offset"), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : null,
        Header(record, "dead-letter-time"),
        record.Message.Key is { } key ? Encoding.UTF8.GetString(key) : null);

    /// <summary>
    /// The text of a header: the last one of that name, since a record may have carried one before it was dead-lettered. Null if
    /// there is none.
    /// </summary>
    public static string? Header(ConsumeResult<byte[]?, byte[]?> record, string name) =>
        record.Message.Headers?.LastOrDefault(header => header.Key == name)?.GetValueBytes() is { } value
            ? Encoding.UTF8.GetString(value)
            : null;
}
