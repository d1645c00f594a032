using System.Globalization;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Cli.DeadLetters;

/// <summary>A dead letter as <c>fc dead-letters list --json</c> prints it.</summary>
/// <param name="Group">The group that could not apply the record.</param>
/// <param name="Reason">One word of the closed list.</param>
/// <param name="Detail">One sentence.</param>
/// <param name="Topic">The record's topic.</param>
/// <param name="Partition">The record's partition.</param>
/// <param name="Offset">The record's offset.</param>
/// <param name="Time">When it was dead-lettered, ISO 8601.</param>
/// <param name="Key">The record's key; bytes that are not UTF-8 as U+FFFD; null for none.</param>
/// <param name="State"><c>open</c>, <c>redriving</c>, <c>redriven</c> or <c>parked</c>.</param>
/// <param name="Redrives">How many times the record had been redriven before.</param>
/// <param name="Id">The letter's own id.</param>
internal sealed record DeadLetterRow(
    string Group, string? Reason, string? Detail, string? Topic, int? Partition, long? Offset, string? Time, string? Key,
    DeadLetterState State, int Redrives, string Id)
{
    public static DeadLetterRow Of(DeadLetterEntry entry) => new(
        entry.Group, entry.Reason, entry.Detail, entry.Origin?.Topic, entry.Origin?.Partition, entry.Origin?.Offset,
        entry.Time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), entry.Key, entry.State, entry.Redrives,
        entry.Id);
}

/// <summary>A dead letter as <c>fc dead-letters show --json</c> and <c>fc order show --json</c> print it: with all it carries.</summary>
internal sealed record DeadLetterShown(
    string Group, string? Reason, string? Detail, string? Topic, int? Partition, long? Offset, string? Time, string? Key,
    DeadLetterState State, int Redrives, string Id,
    string? Value, bool IsText, bool IsWhole, IReadOnlyList<ShownHeader> Headers, IReadOnlyList<string> History)
{
    public static DeadLetterShown Of(DeadLetterContent letter)
    {
        var row = DeadLetterRow.Of(letter.Entry);
        return new DeadLetterShown(
            row.Group, row.Reason, row.Detail, row.Topic, row.Partition, row.Offset, row.Time, row.Key, row.State, row.Redrives, row.Id,
            PlainText.Of(letter.Value), PlainText.Is(letter.Value), letter.Entry.IsWhole,
            [.. letter.Headers.Select(header => new ShownHeader(header.Name, PlainText.Of(header.Value)))], letter.History);
    }
}

/// <summary>A header as it is printed.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value; bytes that are not UTF-8 as U+FFFD; null for none.</param>
internal sealed record ShownHeader(string Name, string? Value);
