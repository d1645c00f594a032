using System.CommandLine;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.DeadLetters;

/// <summary><c>fc dead-letters list</c>.</summary>
internal static class DeadLettersCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="caller">Who calls.</param>
    /// <returns>The command.</returns>
    public static Command Create(Caller caller)
    {
        var group = new Option<string?>("--group") { Description = "Only the dead letters of this group", HelpName = "group" };
        group.AcceptOnlyFromAmong([.. Groups.All]);
        var list = new Command("list", "Lists the dead letters of all groups, each once however often it was delivered.") { group };
        list.Runs(caller, async call =>
        {
            var target = call.Target();
            var entries = await call.Terminal.WithProgressAsync("Reading dead letters", 0, _ => Task.Run(() =>
            {
                using var reader = target.OpenTopics();
                return Read(reader, target.Topic, call.Given.GetValue(group) is { } one ? [one] : Groups.All, call.Stop);
            }, CancellationToken.None));
            if (call.Json)
            {
                call.PrintJson<IReadOnlyList<DeadLetterEntry>>(entries);
            }
            else
            {
                Print(call.Terminal, entries);
            }

            return ExitCode.Good;
        });
        return new Command("dead-letters", "Records that a group could not apply.") { list };
    }

    private static List<DeadLetterEntry> Read(TopicReader reader, string topic, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        // A topic that is not there has no dead letters, and to say so would be an all-clear.
        reader.Offsets(topic);
        var entries = new List<DeadLetterEntry>();
        foreach (var group in groups)
        {
            var name = $"{topic}.{group}.dead-letters";
            var seen = new HashSet<string>(StringComparer.Ordinal);

            // No topic yet: nothing was ever dead-lettered there.
            if (reader.FindOffsets(name) is { } offsets)
            {
                reader.Read(name, offsets, record =>
                {
                    if (DeadLetterEntry.Of(group, record) is var entry && seen.Add(Header(record, "message-id") ?? record.TopicPartitionOffset.ToString()))
                    {
                        entries.Add(entry);
                    }
                }, cancellationToken);
            }
        }

        return entries;
    }

    private static string? Header(ConsumeResult<byte[]?, byte[]?> record, string name) => DeadLetterEntry.Header(record, name);

    private static void Print(Terminal terminal, List<DeadLetterEntry> entries)
    {
        var table = Terminal.Table("group", "reason", "topic", "#partition", "#offset", "time", "key", "detail");
        foreach (var entry in entries)
        {
            Terminal.AddRow(table, entry.Group, entry.Reason, entry.Topic, entry.Partition, entry.Offset, entry.Time, entry.Key, entry.Detail);
        }

        terminal.Print(table);
        terminal.Say(Counted.Of(entries.Count, "dead letter"));
    }
}

/// <summary>A dead letter, as its headers tell of it.</summary>
/// <param name="Group">The group that could not apply the record.</param>
/// <param name="Reason">One word of the closed list.</param>
/// <param name="Detail">One sentence.</param>
/// <param name="Topic">The record's topic.</param>
/// <param name="Partition">The record's partition.</param>
/// <param name="Offset">The record's offset.</param>
/// <param name="Time">When it was dead-lettered, ISO 8601.</param>
/// <param name="Key">The record's key; bytes that are not UTF-8 as U+FFFD; null for none.</param>
internal sealed record DeadLetterEntry(string Group, string? Reason, string? Detail, string? Topic, int? Partition, long? Offset, string? Time, string? Key)
{
    /// <summary>Reads a record of a dead-letter topic.</summary>
    /// <param name="group">The group whose topic it is.</param>
    /// <param name="record">The record.</param>
    /// <returns>What its headers say; null for what they do not.</returns>
    public static DeadLetterEntry Of(string group, ConsumeResult<byte[]?, byte[]?> record) => new(
        Header(record, "dead-letter-group") ?? group,
        Header(record, "dead-letter-reason"),
        Header(record, "dead-letter-detail"),
        Header(record, "dead-letter-topic"),
        int.TryParse(Header(record, "dead-letter-partition"), NumberStyles.None, CultureInfo.InvariantCulture, out var partition) ? partition : null,
        long.TryParse(Header(record, "dead-letter-offset"), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : null,
        Header(record, "dead-letter-time"),
        record.Message.Key is { } key ? Encoding.UTF8.GetString(key) : null);

    /// <summary>The text of a header: the last one of that name, since a record may have carried one before it was dead-lettered.</summary>
    /// <param name="record">The record.</param>
    /// <param name="name">The header.</param>
    /// <returns>The text; null where there is none.</returns>
    public static string? Header(ConsumeResult<byte[]?, byte[]?> record, string name) =>
        record.Message.Headers?.LastOrDefault(header => header.Key == name)?.GetValueBytes() is { } value ? Encoding.UTF8.GetString(value) : null;
}
