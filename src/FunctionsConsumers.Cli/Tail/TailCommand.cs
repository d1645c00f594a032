using System.CommandLine;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Cli.Tail;

/// <summary><c>fc tail</c>: a console consumer.</summary>
internal static class TailCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller)
    {
        var topic = new Argument<string?>("TOPIC") { Description = "The topic to read (else --topic)", Arity = ArgumentArity.ZeroOrOne };
        var options = new TailOptions();
        var command = new Command("tail", "Prints the records of a topic as they come: Received message: <value> from partition <n>; "
            + "with --json one object a line.") { topic };
        options.AddTo(command);
        return command.Runs(caller, async call =>
        {
            var target = call.Target();
            var asked = call.Given.GetValue(topic) ?? target.Topic;
            var group = call.Given.GetValue(options.Group);
            var isKeyShown = call.Given.GetValue(options.Key);
            var areHeadersShown = call.Given.GetValue(options.Headers);
            using var system = OperatedSystem.OfBroker(target);
            var ranges = await RangesAsync(call, options, system.Log, asked);
            var tail = new TopicTail(
                target.Kafka(), asked, group, call.Given.GetValue(options.FromBeginning), ranges, call.Given.GetValue(options.UntilEnd));
            await Task.Run(() => tail.Run(
                call.Terminal.Say,
                options.Filter(call.Given),
                record => call.Terminal.Out.WriteLine(
                    call.Json ? call.JsonOf(TailedRecord.Of(record)) : Line(record, isKeyShown, areHeadersShown)),
                call.Given.GetValue(options.Max) ?? long.MaxValue,
                call.Stop), CancellationToken.None);
            return ExitCode.Good;
        }, OnSilence.Wait);
    }

    // Where to begin, and the ends that the topic has now.
    private static async Task<IReadOnlyList<PartitionRange>> RangesAsync(Invocation call, TailOptions options, TopicLog log, string topic)
    {
        IReadOnlyList<PartitionRange> held = await log.RangesAsync(topic, call.Stop);
        if (call.Given.GetValue(options.Partition) is { } partition)
        {
            held = held.Any(range => range.Partition == partition) ? [held.Single(range => range.Partition == partition)]
                : throw new CommandException($"{topic} has no partition {partition}: it has {held.Count}, from 0");
        }

        if (call.Given.GetValue(options.Offset) is { } offset)
        {
            return offset >= held[0].Start && offset <= held[0].End ? [held[0] with { Start = offset }]
                : throw new CommandException(string.Create(CultureInfo.InvariantCulture,
                    $"{topic} partition {held[0].Partition} holds offsets {held[0].Start} to {held[0].End}, not {offset}: "
                        + $"name one of them with --offset"));
        }

        if (call.Given.GetValue(options.Since) is { } since)
        {
            var offsets = await log.OffsetsAtAsync(topic, held, since, call.Stop);
            return [.. held.Select(range => range with { Start = offsets[range.Partition] })];
        }

        return call.Given.GetValue(options.FromBeginning) ? held : [.. held.Select(range => range with { Start = range.End })];
    }

    private static string Line(ConsumeResult<byte[]?, byte[]?> record, bool isKeyShown, bool areHeadersShown)
    {
        var line = string.Create(CultureInfo.InvariantCulture,
            $"Received message: {Encoding.UTF8.GetString(record.Message.Value ?? [])} from partition {record.Partition.Value}");
        if (isKeyShown)
        {
            line += $", key {(record.Message.Key is { } key ? Printed.Of(Encoding.UTF8.GetString(key)) : "none")}";
        }

        if (areHeadersShown)
        {
            line += string.Create(CultureInfo.InvariantCulture,
                $", offset {record.Offset.Value}, {record.Message.Timestamp.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}");
            line = string.Join(Environment.NewLine, (record.Message.Headers ?? []).Select(header =>
                $"  {Printed.Of(header.Key)}: {Printed.Of(PlainText.Of(header.GetValueBytes()))}").Prepend(line));
        }

        return line;
    }
}

/// <summary>A record as <c>fc tail --json</c> prints it, one object a line.</summary>
internal sealed record TailedRecord(
    string Topic, int Partition, long Offset, DateTime Timestamp, string? Key, string? Value, IReadOnlyList<TailedHeader> Headers)
{
    /// <summary>The record for printing.</summary>
    public static TailedRecord Of(ConsumeResult<byte[]?, byte[]?> record) => new(
        record.Topic, record.Partition.Value, record.Offset.Value, record.Message.Timestamp.UtcDateTime, PlainText.Of(record.Message.Key),
        PlainText.Of(record.Message.Value),
        [.. (record.Message.Headers ?? []).Select(header => new TailedHeader(header.Key, PlainText.Of(header.GetValueBytes())))]);
}

/// <summary>A header as it is printed.</summary>
internal sealed record TailedHeader(string Name, string? Value);
