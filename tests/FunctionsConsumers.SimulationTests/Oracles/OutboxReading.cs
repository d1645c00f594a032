using System.Text;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Outbox;

namespace FunctionsConsumers.SimulationTests.Oracles;

/// <summary>The only place of the oracle that knows how messages stand in the rows of the outbox.</summary>
internal static class OutboxReading
{
    /// <summary>Whether a row carries a state: further rows of a large payload carry none.</summary>
    /// <param name="rowKey">The row key.</param>
    public static bool IsHead(string rowKey) =>
        rowKey.StartsWith(OutboxRows.Prefix, StringComparison.Ordinal) && rowKey.LastIndexOf('!') < OutboxRows.Prefix.Length;

    /// <summary>Whether a row is a further row of a head row.</summary>
    /// <param name="rowKey">The row key.</param>
    /// <param name="head">The head row's key.</param>
    public static bool IsFurtherRowOf(string rowKey, string head) => IsHead(head) && rowKey.StartsWith(head + "!", StringComparison.Ordinal);

    /// <summary>The messages of a head row.</summary>
    /// <param name="rowKey">The row key.</param>
    /// <param name="columns">The columns as they were inserted.</param>
    public static IReadOnlyList<StoredMessage> Messages(string rowKey, IReadOnlyDictionary<string, object> columns)
    {
        var kind = columns[OutboxRows.Kind] as string ?? "";
        return [new StoredMessage(
            rowKey[OutboxRows.Prefix.Length..],
            kind,
            columns[OutboxRows.Subject] as string ?? "",
            kind == DeadLetter.Kind ? null : Encoding.UTF8.GetString((byte[])columns["Payload00"]).TrimEnd(' '))];
    }
}

/// <summary>A message as it stands in the outbox.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Subject">The subject of its event; the coordinates of a dead letter.</param>
/// <param name="Content">What its payload begins with, without the padding; null for a dead letter.</param>
internal sealed record StoredMessage(string Id, string Kind, string Subject, string? Content);
