using System.Collections;
using System.CommandLine;
using FunctionsConsumers.Cli.Audit;
using FunctionsConsumers.Cli.Catalog;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.Completion;
using FunctionsConsumers.Cli.Config;
using FunctionsConsumers.Cli.ConsumerGroups;
using FunctionsConsumers.Cli.DeadLetters;
using FunctionsConsumers.Cli.IdempotencyKeys;
using FunctionsConsumers.Cli.Lab;
using FunctionsConsumers.Cli.Offsets;
using FunctionsConsumers.Cli.Orders;
using FunctionsConsumers.Cli.Outbox;
using FunctionsConsumers.Cli.Replay;
using FunctionsConsumers.Cli.Run;
using FunctionsConsumers.Cli.Status;
using FunctionsConsumers.Cli.Tail;
using FunctionsConsumers.Cli.Traffic;

namespace FunctionsConsumers.Cli;

/// <summary>The command <c>fc</c>: parses, calls, and turns every failure into one line and exit code 2.</summary>
internal static class FcCommandLine
{
    /// <summary>Runs the command line of this process.</summary>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> args)
    {
        using var stop = new StopSignal();
        OutputReader.Watch(stop.NobodyReads);
        var environment = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return await InvokeAsync(args, new Caller(Terminal.OfProcess(), environment), stop.Token);
    }

    /// <summary>Runs a command line.</summary>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> args, Caller caller, CancellationToken stop)
    {
        var given = Parse(args, caller);
        if (UsageErrors.Of(given) is { } error)
        {
            caller.Terminal.Say("fc: " + Failures.OneLine(error));
            return ExitCode.NotDone;
        }

        try
        {
            return await given.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = caller.Terminal.Out,
                    Error = caller.Terminal.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                stop);
        }
        catch (Exception failure)
        {
            caller.Terminal.Say("fc: " + Failures.Line(failure));
            return ExitCode.NotDone;
        }
    }

    /// <summary>Parses a command line, and calls nothing.</summary>
    internal static ParseResult Parse(IReadOnlyList<string> args, Caller caller) =>
        Root(caller with { Shapes = PrintedJson.Shapes }).Parse(Meant(args));

    // Who types the name alone asks what there is, and so does "fc help" and "fc help audit".
    private static IReadOnlyList<string> Meant(IReadOnlyList<string> args) =>
        args.Count == 0 ? ["--help"] : args[0] == "help" ? [.. args.Skip(1), "--help"] : args;

    private static RootCommand Root(Caller caller) =>
        new("Runs the order consumers on this machine, sends them orders, and audits what became of each.")
    {
        SharedOptions.Brokers,
        SharedOptions.Tables,
        SharedOptions.Topic,
        SharedOptions.Timeout,
        SharedOptions.Json,
        RunCommand.Create(caller),
        ServicesCommand.Create(caller),
        ProduceCommand.Create(caller),
        StatusCommand.Create(caller),
        TailCommand.Create(caller),
        GroupsCommand.Create(caller),
        OrderCommand.Create(caller),
        KeysCommand.Create(caller),
        DeadLettersCommand.Create(caller),
        OutboxCommand.Create(caller),
        OffsetsCommand.Create(caller),
        ReplayCommand.Create(caller),
        CatalogCommand.Create(caller),
        ConfigCommand.Create(caller),
        AuditCommand.Create(caller),
        LabCommand.Create(caller),
        CompletionCommand.Create(caller),
    };
}
