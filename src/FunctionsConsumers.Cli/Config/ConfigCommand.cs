using System.CommandLine;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Hosting;

namespace FunctionsConsumers.Cli.Config;

/// <summary><c>fc config check</c>.</summary>
internal static class ConfigCommand
{
    private const int Indent = 2;

    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller) => new("config", "The settings.") { Check(caller) };

    private static Command Check(Caller caller) => new Command(
        "check", "Shows each setting that ./run would take here, and where it was said, and names all that are wrong; asks no service.")
        .Runs(caller, call =>
        {
            var report = SettingsReview.Of(
                call.TargetOptions, call.Environment, RunFile.Find(), HostStartup.ScriptRoot(new LocalHostOptions()));
            if (call.Json)
            {
                call.PrintJson(report);
            }
            else
            {
                Print(call.Terminal, report);
            }

            return Task.FromResult(report.Ok ? ExitCode.Good : ExitCode.NotDone);
        }, OnSilence.LeaveToTheCommand);

    // A list, and no table: addresses and folders are long, and a table of them would fit no terminal.
    private static void Print(Terminal terminal, SettingsReport report)
    {
        var width = report.Settings.Max(setting => setting.Name.Length) + Indent;
        var ofSources = report.Settings.Max(setting => setting.Source.Length) + Indent;
        terminal.PrintText($"host.json and local.settings.json of {Printed.Of(report.Folder)}");
        foreach (var setting in report.Settings)
        {
            var line = setting.Name.PadRight(width) + Printed.Of(setting.Source).PadRight(ofSources);
            var value = Printed.Of(setting.Value ?? "-");
            if (terminal.Width is { } columns && line.Length + value.Length > columns)
            {
                terminal.Out.WriteLine(line.TrimEnd());
                terminal.Out.WriteLine(new string(' ', Indent) + value);
            }
            else
            {
                terminal.Out.WriteLine(line + value);
            }
        }

        foreach (var problem in report.Problems)
        {
            terminal.Say("fc: " + Failures.OneLine(problem.Detail));
        }
    }
}
