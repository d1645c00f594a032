using System.Text.Json.Nodes;
using FunctionsConsumers.Cli;
using FunctionsConsumers.Cli.CommandLine;

namespace FunctionsConsumers.UnitTests.Cli.Config;

public sealed class ConfigCommandTests : IDisposable
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task A_name_that_nobody_reads_is_exit_code_2_and_the_settings_are_shown_all_the_same()
    {
        Assert.Equal(ExitCode.NotDone, await Check("", ("KafkaBroker", "b:1")));
        Assert.Contains("did you mean KafkaBrokers?", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("OrdersTopic", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_json_the_report_stands_alone_on_standard_output()
    {
        Assert.Equal(ExitCode.NotDone, await Check("--json", ("KafkaBroker", "b:1")));
        var report = JsonNode.Parse(_out.ToString())!;
        Assert.Equal(
            (false, "KafkaBroker", "KafkaBrokers"),
            ((bool)report["ok"]!, (string)report["problems"]![0]!["setting"]!, (string)report["problems"]![0]!["nearest"]!));
        Assert.Contains(report["settings"]!.AsArray(), setting => (string)setting!["name"]! == "EffectivelyOnce__Buckets"
            && (string)setting["value"]! == "16" && (string)setting["source"]! == "default");
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task Only_a_value_that_is_itself_wider_than_80_columns_stands_out_of_them()
    {
        Assert.Equal(ExitCode.Good, await Check("", ("MailFolder", "/" + new string('f', 60))));
        Assert.All(_out.ToString().Split(Environment.NewLine), line => Assert.InRange(line.Length, 0, 80));
    }

    private Task<int> Check(string options, params (string Name, string Value)[] environment) => FcCommandLine.InvokeAsync(
        $"config check {options}".Split(' ', StringSplitOptions.RemoveEmptyEntries),
        new Caller(
            new Terminal(_out, _error, ShowsProgress: false) { Width = 80 },
            environment.ToDictionary(variable => variable.Name, variable => variable.Value)),
        TestContext.Current.CancellationToken);
}
