using System.CommandLine;
using System.CommandLine.Parsing;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>Says in one line what is wrong with a command line, and what was probably meant.</summary>
internal static class UsageErrors
{
    /// <summary>The line for a command line. Null if nothing is wrong.</summary>
    public static string? Of(ParseResult given)
    {
        // A shell that completes asks about a line that is not finished, by the parser's directive [suggest].
        if (given.Tokens is [{ Type: TokenType.Directive }, ..])
        {
            return null;
        }

        var command = given.CommandResult.Command;
        var wrong = Unknown(given) is { } unknown ? $"there is no command or option {unknown}{Meant(unknown, command)}"
            : given.Errors.Count == 0 ? null
            : command.Subcommands.Count > 0 && command.Action is null
            ? $"{Path(command)} wants a command: {string.Join(", ", command.Subcommands.Select(one => one.Name))}"
            : given.Errors[0].Message.TrimEnd('.');
        return wrong is null ? null : $"{wrong}{(wrong.EndsWith('?') ? "" : ";")} {Path(command)} --help lists what there is";
    }

    // An option that is not known is taken for an argument where a command takes some. Behind -- anything may stand.
    private static string? Unknown(ParseResult given) => given.UnmatchedTokens.Count > 0
        ? given.UnmatchedTokens[0]
        : given.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal))?.Value;

    private static string Meant(string unknown, Command command)
    {
        var name = unknown.Split('=', 2)[0];
        var known = name.StartsWith('-')
            ? Lineage(command).SelectMany(one => one.Options.Where(option => one == command || option.Recursive))
                .Select(option => option.Name)
            : command.Subcommands.Select(one => one.Name);
        return NearestName.Of(name, known) is { } nearest ? $": did you mean {nearest}?" : "";
    }

    private static string Path(Command command) =>
        string.Join(' ', Lineage(command).Reverse().Select(one => one is RootCommand ? "fc" : one.Name));

    private static IEnumerable<Command> Lineage(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? Lineage(parent).Prepend(command) : [command];
}
