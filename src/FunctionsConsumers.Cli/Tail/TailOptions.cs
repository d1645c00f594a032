using System.CommandLine;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Cli.Tail;

/// <summary>The options of <c>fc tail</c>.</summary>
internal sealed class TailOptions
{
    public Option<bool> FromBeginning { get; } = new("--from-beginning")
    {
        Description = "Begin with the oldest record instead of waiting for new ones",
    };

    public Option<long?> Max { get; } = SharedOptions.Whole("--max", "Stop after so many records (default never)", 1, long.MaxValue);

    public Option<string?> Group { get; } = new("--group")
    {
        Description = "Join this consumer group and commit what was printed (default a fresh group that commits nothing)",
        HelpName = "group",
    };

    public Option<long?> Partition { get; } = SharedOptions.Whole("--partition", "Only this partition", 0, int.MaxValue);

    public Option<long?> Offset { get; } = SharedOptions.Whole("--offset", "With --partition: begin with this offset", 0, long.MaxValue);

    public Option<DateTimeOffset?> Since { get; } = TimeOption.Create("--since", "Begin with the first record of this time or later");

    public Option<string?> Grep { get; } = new("--grep")
    {
        Description = "Only records whose key, value or a header matches this regular expression",
        HelpName = "pattern",
    };

    public Option<bool> Key { get; } = new("--key") { Description = "Print each record's key too" };

    public Option<bool> Headers { get; } = new("--headers") { Description = "Print each record's place, time and headers too" };

    public Option<bool> UntilEnd { get; } = new("--until-end") { Description = "Stop at the end that the topic has now" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[FromBeginning, Max, Group, Partition, Offset, Since, Grep, Key, Headers, UntilEnd])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(given =>
        {
            // Only whether an option is there: what it holds may be no number, and is then told by the option itself.
            bool Has(Option option) => given.GetResult(option) is { Implicit: false };
            if (Has(Group)
                && new Option[] { Partition, Offset, Since, UntilEnd }.FirstOrDefault(Has) is { } alone)
            {
                given.AddError($"{alone.Name} does not go with --group: a group goes on where it stands, and shares the partitions");
            }
            else if (Has(Offset) && !Has(Partition))
            {
                given.AddError("--offset goes with --partition: an offset is one of a partition");
            }
            else if (new Option[] { Offset, Since, FromBeginning }.Count(Has) > 1)
            {
                given.AddError("--offset, --since and --from-beginning exclude each other: each says where to begin");
            }
            else if (given.GetValue(Grep) is { } pattern && Pattern(pattern) is null)
            {
                given.AddError($"--grep takes a regular expression, not '{pattern}'");
            }
        });
    }

    /// <summary>Whether a record is to be printed.</summary>
    public Predicate<ConsumeResult<byte[]?, byte[]?>> Filter(ParseResult given)
    {
        if (given.GetValue(Grep) is not { } text)
        {
            return static _ => true;
        }

        var pattern = Pattern(text)!;
        return record => pattern.IsMatch(PlainText.Of(record.Message.Value) ?? "")
            || pattern.IsMatch(PlainText.Of(record.Message.Key) ?? "")
            || (record.Message.Headers ?? []).Any(header => pattern.IsMatch($"{header.Key}: {PlainText.Of(header.GetValueBytes())}"));
    }

    // Without backtracking no pattern takes longer than its text is long; what that cannot do is no pattern here.
    private static Regex? Pattern(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
