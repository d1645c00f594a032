using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Sessions;
using FunctionsConsumers.Cli;
using FunctionsConsumers.Cli.Audit;
using FunctionsConsumers.Cli.CommandLine;

namespace FunctionsConsumers.UnitTests.Cli.Audit;

public sealed class AuditOutcomeTests
{
    [Theory]
    [InlineData(true, null, null, ExitCode.Good, ExitCode.Good)]
    [InlineData(false, null, null, ExitCode.NotGood, ExitCode.NotGood)]
    [InlineData(true, "order-events:0 below 5", null, ExitCode.Good, ExitCode.NotDone)]
    [InlineData(false, "order-events:0 below 5", null, ExitCode.NotGood, ExitCode.NotDone)]
    [InlineData(true, null, "billing 3", ExitCode.NotDone, ExitCode.NotDone)]
    public void The_exit_code_says_whether_it_is_good_bad_or_unknown(bool ok, string? gone, string? behind, int code, int strictly)
    {
        var outcome = new AuditOutcome(new AuditReport("order-events", 0, 0, 0, 0, [], [], "", ok), gone, behind);

        Assert.Equal((code, strictly),
            (AuditPrinting.ExitCodeOf(outcome, isStrict: false), AuditPrinting.ExitCodeOf(outcome, isStrict: true)));
    }

    [Fact]
    public void The_json_has_the_names_of_the_contract()
    {
        var report = new AuditReport(
            "order-events", 6, 4, 1, 2, [new Finding("billing", "lost", "a", "order-events", 0, 5, "order a has no effect")],
            [new GroupReport("billing", 4, 1, 1, 0, 0, 0, 0, 0)], "All is well.", true);

        Assert.Equal(
            """{"topic":"order-events","records":6,"distinct_orders":4,"poison":1,"unaudited":2"""
                + ""","findings":[{"group":"billing","kind":"lost","order_id":"a","topic":"order-events","partition":0,"offset":5"""
                + ""","detail":"order a has no effect"}]"""
                + ""","groups":[{"group":"billing","applied":4,"duplicates":1,"dead_lettered":1,"outbox":0,"pending":0"""
                + ""","lost":0,"doubled":0,"stock_off":0}]"""
                + ""","verdict":"All is well.","ok":true}""",
            System.Text.Json.JsonSerializer.Serialize(report, PrintedJson.Shapes));
    }
}
