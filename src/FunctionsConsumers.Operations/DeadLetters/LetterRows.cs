using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Operations.DeadLetters;

/// <summary>
/// The rows that say which letters were redriven: in table <c>progress</c>, partition <c>redrive-&lt;group&gt;</c>, a row
/// <c>letter!&lt;id&gt;</c> for each. A letter without a row was never redriven.
/// </summary>
internal static class LetterRows
{
    public const string Prefix = "letter!";
    public const string State = "State";
    public const string Claimed = "claimed";
    public const string Sent = "sent";

    /// <summary>After how many redrives a letter is left for a person.</summary>
    public const int MostRedrives = 5;

    /// <summary>The table, as it is where it is there and as nothing where it is not.</summary>
    public static ITableStore Table(TableAccounts accounts) => AzureTableStore.InFirst(accounts, GroupProgress.TableName);

    public static string PartitionOf(string group) => "redrive-" + group;

    // An id that is a place in a topic holds characters that a row key may not.
    public static string RowKeyOf(string id) => Prefix + RowKey.Escape(id);

    /// <summary>Gives letters their state.</summary>
    public static async Task<List<DeadLetterEntry>> WithStatesAsync(
        TableAccounts accounts, IReadOnlyList<DeadLetterEntry> entries, CancellationToken cancellationToken)
    {
        const int FewerThanAScan = 100;
        if (accounts.Clients.Count == 0)
        {
            // Where no tables are named, only the letters themselves are known.
            return [.. entries.Select(entry => entry with { State = StateOf(entry, null) })];
        }

        var states = new Dictionary<(string Group, string RowKey), string>();
        var table = Table(accounts);
        foreach (var group in entries.GroupBy(entry => entry.Group, StringComparer.Ordinal))
        {
            try
            {
                if (group.Count() <= FewerThanAScan)
                {
                    foreach (var (rowKey, row) in await table.ReadAsync(
                        PartitionOf(group.Key), [.. group.Select(entry => RowKeyOf(entry.Id))], [State], cancellationToken))
                    {
                        states[(group.Key, rowKey)] = row.Text(State) ?? "";
                    }
                }
                else
                {
                    await foreach (var row in table.ScanAsync(PartitionOf(group.Key), Prefix, [State], cancellationToken))
                    {
                        states[(group.Key, row.RowKey)] = row.Text(State) ?? "";
                    }
                }
            }
            catch (SettingException failure) when (TableAnswers.IsMissingTable(failure.InnerException))
            {
                // No group has ever started, and nobody has redriven anything.
            }
        }

        return [.. entries.Select(entry =>
            entry with { State = StateOf(entry, states.GetValueOrDefault((entry.Group, RowKeyOf(entry.Id)))) })];
    }

    /// <summary>A letter's state. <paramref name="row" /> is null if it has none.</summary>
    public static DeadLetterState StateOf(DeadLetterEntry entry, string? row) => row switch
    {
        Sent => DeadLetterState.Redriven,
        not null => DeadLetterState.Redriving,
        null => entry.Redrives >= MostRedrives ? DeadLetterState.Parked : DeadLetterState.Open,
    };
}
