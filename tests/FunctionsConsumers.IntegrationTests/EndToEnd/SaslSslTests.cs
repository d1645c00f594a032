using System.Text.Json.Nodes;
using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;

namespace FunctionsConsumers.IntegrationTests.EndToEnd;

/// <summary>SASL/PLAIN over TLS, as host and <c>fc</c> find it in their settings.</summary>
[Collection<OnRealKafka>]
public sealed class SaslSslTests(RealKafka kafka, EmptyTables tables)
{
    private static readonly string[] Commands = ["run", "groups", "audit", "produce --count 1", "tail --from-beginning --max 1",
        "dead-letters list"];

    [Fact]
    public async Task Host_and_fc_work_with_a_login_over_TLS()
    {
        await using var deployment = await DeploymentAsync();
        var at = SaslSslAt(deployment);
        var host = await deployment.Fc.StartAsync("run " + at, "Stop:");
        var produced = await deployment.Fc.RunAsync($"produce {at} --count 100 --duplicates 0.1 --poison 0.05 --seed 9 --json");
        Assert.True(produced.ExitCode == 0, produced.ToString());
        var answers = await Task.WhenAll(
            deployment.Fc.RunAsync($"audit {at} --json"), deployment.Fc.RunAsync($"groups {at} --json"), deployment.Fc.RunAsync(
            $"tail {at} --from-beginning --max 115"));
        Assert.All(answers, answer => Assert.True(answer.ExitCode == 0, answer.ToString()));
        Assert.Equal((115, true), ((int)JsonNode.Parse(answers[0].Out)!["records"]!, (bool)JsonNode.Parse(answers[0].Out)!["ok"]!));
        Assert.All(JsonNode.Parse(answers[1].Out)!.AsArray(),
            group => Assert.Equal(("Stable", 1), ((string)group!["state"]!, group["members"]!.AsArray().Count)));
        Assert.Equal(115, answers[2].Out.Split('\n').Count(line => line.StartsWith("Received message: ", StringComparison.Ordinal)));
        Assert.Equal(0, (await host.TerminateAsync()).ExitCode);
    }

    [Fact]
    public async Task A_wrong_password_is_one_line_that_names_the_setting()
    {
        await using var deployment = await DeploymentAsync();
        deployment.Fc.Settings["KafkaPassword"] = "wrong";
        await RefusedAsync(deployment, "KafkaPassword");
    }

    [Fact]
    public async Task Another_certificate_authority_is_one_line_that_names_the_setting()
    {
        await using var deployment = await DeploymentAsync();
        deployment.Fc.Settings["KafkaSslCaLocation"] = kafka.Tls.OtherAuthority;
        await RefusedAsync(deployment, "KafkaSslCaLocation");
    }

    private async Task RefusedAsync(Deployment deployment, string setting)
    {
        var results = await Task.WhenAll(Commands.Select(command => deployment.Fc.RunAsync($"{command} {SaslSslAt(deployment)}")));
        Assert.All(results, result => RefusedInOneLine(result, setting));
    }

    private static void RefusedInOneLine(FcResult result, string setting)
    {
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        var line = Assert.Single(
            result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("fc: ", StringComparison.Ordinal));
        Assert.Contains(setting, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private async Task<Deployment> DeploymentAsync()
    {
        kafka.RequireOwn();
        var deployment = await Deployment.MakeAsync(kafka, tables, partitions: 2);
        deployment.Fc.Settings["KafkaUsername"] = RealKafka.Username;
        deployment.Fc.Settings["KafkaPassword"] = RealKafka.Password;
        deployment.Fc.Settings["KafkaSslCaLocation"] = kafka.Tls.Authority;
        return deployment;
    }

    private string SaslSslAt(Deployment deployment) =>
        deployment.At.Replace(deployment.Brokers, kafka.SaslSslBrokers, StringComparison.Ordinal);
}
