using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.IdempotencyKeys;

/// <summary><c>fc keys show</c>.</summary>
internal static class KeysCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="caller">Who calls.</param>
    /// <returns>The command.</returns>
    public static Command Create(Caller caller)
    {
        var key = new Argument<string>("KEY") { Description = "An order id, or else an idempotency key" };
        var show = new Command("show", "Shows what each group did with an order. Exit code 1 where none knows it.") { key };
        show.Runs(caller, async call =>
        {
            var asked = call.Given.GetRequiredValue(key);
            var tables = new KeyTables(call.Target().Tables());
            var rows = await tables.FindByOrderAsync(asked, Groups.All, call.Stop);
            if (rows.Count == 0)
            {
                call.Terminal.Say($"no group has an order {asked}; scanning the tables for the idempotency key {asked}");
                rows = await tables.FindByKeyAsync(asked, Groups.All, call.Stop);
            }

            if (call.Json)
            {
                call.PrintJson<IReadOnlyList<KeyRow>>(rows);
            }
            else if (rows.Count > 0)
            {
                Print(call.Terminal, rows);
            }

            if (rows.Count == 0)
            {
                call.Terminal.Say($"{asked} is neither an order id nor an idempotency key that a group knows");
            }

            return rows.Count > 0 ? ExitCode.Good : ExitCode.NotGood;
        });
        return new Command("keys", "What the groups know of orders and idempotency keys.") { show };
    }

    private static void Print(Terminal terminal, IReadOnlyList<KeyRow> rows)
    {
        var table = Terminal.Table("group", "row key", "state", "key", "topic", "#partition", "#offset", "applied at");
        foreach (var row in rows)
        {
            Terminal.AddRow(table, row.Group, row.RowKey, row.State, row.Key, row.Topic, row.Partition, row.Offset, row.AppliedAt?.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        }

        terminal.Print(table);
    }
}

/// <summary>What a group keeps of an order or a dead letter.</summary>
/// <param name="Group">The group.</param>
/// <param name="RowKey">The row.</param>
/// <param name="State"><c>applied</c> or <c>dead-lettered</c>.</param>
/// <param name="Key">The idempotency key; the coordinates for a dead letter.</param>
/// <param name="Topic">The record's topic.</param>
/// <param name="Partition">The record's partition.</param>
/// <param name="Offset">The record's offset.</param>
/// <param name="AppliedAt">When the row was written, UTC.</param>
internal sealed record KeyRow(string Group, string RowKey, string? State, string? Key, string? Topic, int? Partition, long? Offset, DateTimeOffset? AppliedAt);
