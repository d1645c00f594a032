using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Sessions;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>One call of a command: what was given, where words go, and when to stop.</summary>
/// <param name="Given">The parsed command line.</param>
/// <param name="Terminal">Where words go.</param>
/// <param name="Environment">The environment's variables.</param>
/// <param name="Shapes">The shapes of what is printed as JSON.</param>
/// <param name="Stop">Set by SIGTERM and Ctrl-C.</param>
internal sealed record Invocation(
    ParseResult Given, Terminal Terminal, IReadOnlyDictionary<string, string> Environment, JsonSerializerOptions Shapes,
    CancellationToken Stop)
{
    private const int DefaultPatienceSeconds = 15;

    /// <summary>Whether the result is JSON.</summary>
    public bool Json => Given.GetValue(SharedOptions.Json);

    /// <summary>What the command line says about where things are.</summary>
    public TargetOptions TargetOptions =>
        new(Given.GetValue(SharedOptions.Brokers), Given.GetValue(SharedOptions.Tables), Given.GetValue(SharedOptions.Topic));

    /// <summary>How long a service that gives no answer is waited for.</summary>
    public TimeSpan Patience => TimeSpan.FromSeconds(Given.GetValue(SharedOptions.Timeout) ?? DefaultPatienceSeconds);

    /// <summary>Follows the services that are talked to; null where the command says by itself what it waits for.</summary>
    public ServiceWaits? Waits { get; init; }

    /// <summary>Where broker, tables and topic are.</summary>
    public Target Target() => LocalHost.Connections.Target.Resolve(TargetOptions, Environment, RunFile.Find(), Patience, Waits);

    /// <summary>What a session of this machine's own is asked for. <paramref name="partitions" /> is null for the default.</summary>
    public RunSessionOptions SessionOptions(int? partitions) => new(TargetOptions, Environment, Terminal.Error, Patience)
    {
        Partitions = partitions ?? RunSession.DefaultPartitions, Waits = Waits,
    };

    /// <summary>A value as one line of JSON.</summary>
    public string JsonOf<T>(T value) => JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Shapes.GetTypeInfo(typeof(T)));

    /// <summary>Prints the result as JSON.</summary>
    public void PrintJson<T>(T value) => Terminal.Out.WriteLine(JsonOf(value));
}

/// <summary>Says what a command does when it is called.</summary>
internal static class CommandBody
{
    /// <summary>Gives a command its body. <paramref name="waits" /> is what is done about a service that gives no answer.</summary>
    public static Command Runs(this Command command, Caller caller, Func<Invocation, Task<int>> body, OnSilence waits = OnSilence.GiveUp)
    {
        command.SetAction(async (given, stop) =>
        {
            var call = new Invocation(given, caller.Terminal, caller.Environment, caller.Shapes, stop);
            return waits == OnSilence.LeaveToTheCommand
                ? await body(call)
                : await ServiceWaits.RunAsync(call, body, waits == OnSilence.GiveUp);
        });
        return command;
    }
}

/// <summary>What is done about a broker or tables that give no answer while a command runs.</summary>
internal enum OnSilence
{
    /// <summary>It is said within 5 s, and the command gives up after <c>--timeout</c>.</summary>
    GiveUp,

    /// <summary>It is said within 5 s, and waited for.</summary>
    Wait,

    /// <summary>The command says and does what is to be.</summary>
    LeaveToTheCommand,
}

/// <summary>Who calls the command line.</summary>
internal sealed record Caller(Terminal Terminal, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The shapes of what is printed as JSON.</summary>
    /// <value>Default none.</value>
    public JsonSerializerOptions Shapes { get; init; } = JsonSerializerOptions.Default;
}
