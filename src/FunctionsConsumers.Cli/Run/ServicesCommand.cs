using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Sessions;

namespace FunctionsConsumers.Cli.Run;

/// <summary><c>fc services</c>: broker and tables alone, for hosts in other terminals.</summary>
internal static class ServicesCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller)
    {
        var partitions = SharedOptions.Whole("--partitions", "Partitions of the topic (default 6)", 1, 1_000);
        var command = new Command(
            "services", "Starts an embedded Kafka broker and table service, and nothing else, until it is stopped.") { partitions };
        return command.Runs(caller, async call =>
        {
            var options = call.SessionOptions((int?)call.Given.GetValue(partitions));
            var taken = await OwnServices.TakeOrJoinAsync(options, call.Stop);
            if (taken is null)
            {
                throw new CommandException(RunFile.Find() is { } running
                    ? string.Create(CultureInfo.InvariantCulture,
                        $"process {running.Pid} runs the embedded services already, at {running.Brokers}: stop it first, or use it")
                    : "another process ran embedded services until a moment ago: try again");
            }

            var nothing = Target.Resolve(new TargetOptions(Topic: call.Target().Topic), new Dictionary<string, string>(), run: null);
            var (own, _) = await OwnServices.StartAsync(options, nothing, taken, call.Stop);
            await using (own)
            {
                var file = own.File!;
                if (call.Json)
                {
                    call.PrintJson(file);
                }
                else
                {
                    call.Terminal.Out.WriteLine(
                        $"topic    {file.Topic}{Environment.NewLine}brokers  {file.Brokers}{Environment.NewLine}tables   {file.Tables}");
                }

                await call.Terminal.Out.FlushAsync(CancellationToken.None);
                call.Terminal.Say(
                    "The other fc commands find these services by themselves; Ctrl-C stops them, and what they hold is gone then.");
                await RunSession.UntilStoppedAsync(own.Embedded, call.Stop);
                return ExitCode.Good;
            }
        }, OnSilence.LeaveToTheCommand);
    }
}
