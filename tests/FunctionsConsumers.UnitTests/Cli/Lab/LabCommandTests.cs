using FunctionsConsumers.Cli;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.Lab;
using FunctionsConsumers.Lab.Guarantees;

namespace FunctionsConsumers.UnitTests.Cli.Lab;

public sealed class LabCommandTests : IDisposable
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    [Theory]
    [InlineData("lab --brokers 127.0.0.1:1", "--brokers")]
    [InlineData("lab kill --orders 10", "--kafka-home")]
    [InlineData("lab kill --orders 10 --kafka-home /nowhere", "/nowhere")]
    [InlineData("lab kill --embedded --orders 40000", "--kafka-home")]
    public async Task What_cannot_be_done_is_one_line_that_names_the_option_and_exit_code_2(string line, string named)
    {
        var code = await FcCommandLine.InvokeAsync(
            line.Split(' '), new Caller(new Terminal(_out, _error, ShowsProgress: false), new Dictionary<string, string>()),
            TestContext.Current.CancellationToken);

        Assert.Equal((ExitCode.NotDone, ""), (code, _out.ToString()));
        Assert.Contains(named,
            Assert.Single(_error.ToString().Split(Environment.NewLine), said => said.StartsWith("fc: ", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_it_prints_fits_72_columns()
    {
        var faults = new FaultCounts(12_345, 12_345, 12_345, 12_345, 12_345);
        var guarantees = Enum.GetValues<Guarantee>()
            .Select(one => new GuaranteeReport(one.Name(), one.Steps(), 123_456, 12_345, 12_345, 123_456, null, faults, []));

        LabCommand.Print(
            new Terminal(_out, _error, ShowsProgress: false),
            new LabReport(999_999_999, 10_000, 10_000, [.. guarantees], true, [], 1_234.5));

        Assert.All(_out.ToString().Split(Environment.NewLine), line => Assert.InRange(line.Length, 0, 72));
    }

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }
}
