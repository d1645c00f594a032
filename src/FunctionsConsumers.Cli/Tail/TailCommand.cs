using System.CommandLine;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.Cli.CommandLine;

namespace FunctionsConsumers.Cli.Tail;

/// <summary><c>fc tail</c>: a console consumer.</summary>
internal static class TailCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="caller">Who calls.</param>
    /// <returns>The command.</returns>
    public static Command Create(Caller caller)
    {
        var topic = new Argument<string?>("TOPIC") { Description = "The topic to read (else --topic)", Arity = ArgumentArity.ZeroOrOne };
        var fromBeginning = new Option<bool>("--from-beginning") { Description = "Begin with the oldest record instead of waiting for new ones" };
        var max = SharedOptions.Whole("--max", "Stop after so many records (default never)", 1, long.MaxValue);
        var group = new Option<string?>("--group") { Description = "Join this consumer group and commit what was printed (default a fresh group that commits nothing)", HelpName = "group" };
        var command = new Command("tail", "Prints the records of a topic as they come: Received message: <value> from partition <n>; with --json one object a line.") { topic, fromBeginning, max, group };
        return command.Runs(caller, async call =>
        {
            var target = call.Target();
            var tail = new TopicTail(target, call.Given.GetValue(topic) ?? target.Topic, call.Given.GetValue(group), call.Given.GetValue(fromBeginning));
            await Task.Run(() => tail.Run(call.Terminal.Say, record => call.Terminal.Out.WriteLine(call.Json ? call.JsonOf(TailedRecord.Of(record)) : Line(record)), call.Given.GetValue(max) ?? long.MaxValue, call.Stop), CancellationToken.None);
            return ExitCode.Good;
        }, OnSilence.Wait);
    }

    private static string Line(ConsumeResult<byte[]?, byte[]?> record) =>
        string.Create(CultureInfo.InvariantCulture, $"Received message: {Encoding.UTF8.GetString(record.Message.Value ?? [])} from partition {record.Partition.Value}");
}

/// <summary>A record as <c>fc tail --json</c> prints it, one object a line.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset.</param>
/// <param name="Timestamp">The record's timestamp, UTC.</param>
/// <param name="Key">The key; bytes that are not UTF-8 as U+FFFD; null for none.</param>
/// <param name="Value">The value, likewise.</param>
/// <param name="Headers">The headers in order.</param>
internal sealed record TailedRecord(string Topic, int Partition, long Offset, DateTime Timestamp, string? Key, string? Value, IReadOnlyList<TailedHeader> Headers)
{
    /// <summary>The record for printing.</summary>
    /// <param name="record">The record.</param>
    /// <returns>What is printed.</returns>
    public static TailedRecord Of(ConsumeResult<byte[]?, byte[]?> record) => new(
        record.Topic, record.Partition.Value, record.Offset.Value, record.Message.Timestamp.UtcDateTime, Text(record.Message.Key), Text(record.Message.Value),
        [.. (record.Message.Headers ?? []).Select(header => new TailedHeader(header.Key, Text(header.GetValueBytes())))]);

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}

/// <summary>A header as it is printed.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
internal sealed record TailedHeader(string Name, string? Value);
