using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Sessions;
using FunctionsConsumers.Audit.Verdicts;
using FunctionsConsumers.Cli;
using FunctionsConsumers.Cli.Audit;
using FunctionsConsumers.Cli.CommandLine;

namespace FunctionsConsumers.UnitTests.Cli.Audit;

public sealed class AuditOutcomeTests
{
    [Theory]
    [InlineData(true, null, null, ExitCode.Good)]
    [InlineData(false, null, null, ExitCode.NotGood)]
    [InlineData(true, "order-events:0 below 5", null, ExitCode.NotDone)]
    [InlineData(false, null, "billing 3", ExitCode.NotDone)]
    public void The_exit_code_says_whether_it_is_good_bad_or_unknown(bool ok, string? gone, string? behind, int code) =>
        Assert.Equal(code, AuditPrinting.ExitCodeOf(new AuditOutcome(new AuditReport("order-events", 0, 0, 0, [], ok), new Findings(1), gone, behind)));

    [Fact]
    public void The_json_has_the_names_of_the_contract()
    {
        var report = new AuditReport("order-events", 6, 4, 1, [new GroupReport("billing", 4, 1, 1, 0, 0, 0, 0)], true);

        Assert.Equal(
            """{"topic":"order-events","records":6,"distinct_orders":4,"poison":1,"groups":[{"group":"billing","applied":4,"duplicates":1,"dead_lettered":1,"outbox":0,"pending":0,"lost":0,"doubled":0}],"ok":true}""",
            System.Text.Json.JsonSerializer.Serialize(report, PrintedJson.Shapes));
    }
}
