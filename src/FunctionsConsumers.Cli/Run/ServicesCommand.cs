using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Sessions;

namespace FunctionsConsumers.Cli.Run;

/// <summary><c>fc services</c>: broker and tables alone, for hosts in other terminals.</summary>
internal static class ServicesCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="caller">Who calls.</param>
    /// <returns>The command.</returns>
    public static Command Create(Caller caller)
    {
        var partitions = SharedOptions.Whole("--partitions", "Partitions of the topic (default 6)", 1, 1_000);
        var command = new Command("services", "Starts an embedded Kafka broker and table service, and nothing else, until it is stopped.") { partitions };
        return command.Runs(caller, async call =>
        {
            if (RunFile.Find() is { } running)
            {
                throw new CommandException(string.Create(CultureInfo.InvariantCulture, $"process {running.Pid} runs the embedded services already, at {running.Brokers}: stop it first, or use it"));
            }

            var topic = call.Target().Topic;
            await using var services = await EmbeddedServices.StartAsync(true, true, topic, (int)(call.Given.GetValue(partitions) ?? RunSession.DefaultPartitions), call.Stop);
            var file = new RunFile(Environment.ProcessId, topic, services.Brokers!, services.TablesConnectionString!, null);
            file.Write();
            try
            {
                if (call.Json)
                {
                    call.PrintJson(file);
                }
                else
                {
                    call.Terminal.Out.WriteLine($"topic    {file.Topic}{Environment.NewLine}brokers  {file.Brokers}{Environment.NewLine}tables   {file.Tables}");
                }

                await call.Terminal.Out.FlushAsync(CancellationToken.None);
                call.Terminal.Say("The other fc commands find these services by themselves; Ctrl-C stops them, and what they hold is gone then.");
                await RunSession.UntilStoppedAsync(services, call.Stop);
                return ExitCode.Good;
            }
            finally
            {
                file.Remove();
            }
        });
    }
}
