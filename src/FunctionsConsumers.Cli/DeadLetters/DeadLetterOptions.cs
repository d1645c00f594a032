using System.CommandLine;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.DeadLetters;

/// <summary>The options that say which dead letters are meant.</summary>
internal sealed class DeadLetterOptions
{
    public DeadLetterOptions()
    {
        Group.AcceptOnlyFromAmong([.. Groups.All]);
    }

    public Option<string?> Group { get; } = new("--group") { Description = "Only the dead letters of this group", HelpName = "group" };

    public Option<string?> Reason { get; } = new("--reason")
    {
        Description = "Only those with this reason, such as unknown-product",
        HelpName = "reason",
    };

    public Option<DateTimeOffset?> Since { get; } = TimeOption.Create("--since", "Only those dead-lettered at this time or later");

    public Option<DateTimeOffset?> Until { get; } = TimeOption.Create("--until", "Only those dead-lettered before this time");

    public void AddTo(Command command)
    {
        command.Options.Add(Group);
        command.Options.Add(Reason);
        command.Options.Add(Since);
        command.Options.Add(Until);
    }

    public DeadLetterFilter Filter(ParseResult given, IReadOnlyCollection<string>? ids = null) => new()
    {
        Group = given.GetValue(Group),
        Reason = given.GetValue(Reason),
        Since = given.GetValue(Since),
        Until = given.GetValue(Until),
        Ids = ids,
    };
}
