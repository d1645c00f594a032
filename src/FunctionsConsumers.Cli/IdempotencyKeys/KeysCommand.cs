using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.Operations;
using FunctionsConsumers.Operations.Stories;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.IdempotencyKeys;

/// <summary><c>fc keys show</c>.</summary>
internal static class KeysCommand
{
    /// <summary>Makes the command.</summary>
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
                call.Terminal.Say($"no group applied an order {asked}; scanning the tables for the idempotency key {asked}");
                rows = await tables.FindByKeyAsync(asked, Groups.All, call.Stop);
            }

            rows.AddRange((await LettersAsync(call, asked, rows.Count > 0))
                .Where(letter => !rows.Exists(row => row.Group == letter.Group && row.RowKey == letter.RowKey)));
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
                call.Terminal.Say($"{asked} is neither an order id nor an idempotency key that a group knows, and no dead letter has it");
            }

            return rows.Count > 0 ? ExitCode.Good : ExitCode.NotGood;
        });
        return new Command("keys", "What the groups know of orders and idempotency keys.") { show };
    }

    // Who asks for an order is to see what became of each of its records: those that conflict with the first are dead letters.
    private static async Task<IReadOnlyList<KeyRow>> LettersAsync(Invocation call, string asked, bool isKnown)
    {
        var target = call.Target();
        if (!target.HasBrokers)
        {
            call.Terminal.Say("fc: dead letters are not looked through: name a Kafka with --brokers (setting KafkaBrokers)");
            return [];
        }

        try
        {
            using var system = OperatedSystem.Of(target);
            var letters = await call.Terminal.WithProgressAsync(
                "Reading dead letters", 0, _ => new LetterSearch(system.Services, system.Log).GoingByAsync(asked, call.Stop));
            return [.. letters.Select(KeyRow.Of)];
        }
        catch (OperationException unread) when (isKnown)
        {
            call.Terminal.Say($"fc: dead letters could not be looked through: {unread.Message}");
            return [];
        }
    }

    private static void Print(Terminal terminal, IReadOnlyList<KeyRow> rows)
    {
        var table = Terminal.Table("group", "row key", "state", "reason", "key", "topic", "#partition", "#offset", "applied at");
        foreach (var row in rows)
        {
            var state = BadFigure.If(row.State, row.State == IdentityColumns.DeadLettered);
            var at = row.AppliedAt?.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            Terminal.AddRow(table, row.Group, row.RowKey, state, row.Reason, row.Key, row.Topic, row.Partition, row.Offset, at);
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
internal sealed record KeyRow(
    string Group, string RowKey, string? State, string? Key, string? Topic, int? Partition, long? Offset, DateTimeOffset? AppliedAt)
{
    /// <summary>Of a dead letter, the word for why it could not be applied; null for what was applied.</summary>
    public string? Reason { get; init; }

    /// <summary>The row of a dead letter.</summary>
    /// <param name="letter">The letter.</param>
    /// <returns>The row, as it stands in the group's table.</returns>
    public static KeyRow Of(NamedLetter letter) => new(
        letter.Group, EffectivelyOnce.RowKey.OfDeadLetter(letter.Origin), IdentityColumns.DeadLettered, letter.Origin.ToString(),
        letter.Origin.Topic, letter.Origin.Partition, letter.Origin.Offset, letter.Time) { Reason = letter.Reason };
}
