using System.Diagnostics;
using System.Reflection;

namespace FunctionsConsumers.IntegrationTests.Feeds;

/// <summary>Stand-ins never ship, and neither does a trigger without TLS that nobody asked for.</summary>
public sealed class ShippingTests
{
    private const string App = "src/FunctionsConsumers/FunctionsConsumers.csproj";
    private const string Refusal = "is built on stand-ins of the Azure packages";

    [Theory]
    [InlineData("publish", App)]
    [InlineData("publish", "src/FunctionsConsumers.Cli/FunctionsConsumers.Cli.csproj")]
    [InlineData("pack", "src/FunctionsConsumers.EffectivelyOnce/FunctionsConsumers.EffectivelyOnce.csproj")]
    [InlineData("pack", "src/StandIns/Azure.Data.Tables/Azure.Data.Tables.csproj")]
    public async Task Publishing_and_packing_refuse_stand_ins(string command, string project)
    {
        var (exitCode, output) = await Dotnet.RunAsync(command, project, "--no-restore", "--no-build", "-p:UseStandIns=true");

        Assert.Equal(1, exitCode);
        Assert.Contains(Refusal, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_build_that_core_tools_deploy_refuses_stand_ins()
    {
        var (exitCode, output) = await Dotnet.RunAsync("build", App, "--no-restore", "--no-dependencies", "--output", "src/FunctionsConsumers/bin/publish", "-p:UseStandIns=true");

        Assert.Equal(1, exitCode);
        Assert.Contains(Refusal, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-p:UseStandIns=true", "-p:AllowStandIns=true")]
    [InlineData("-p:UseStandIns=false", "-p:AllowStandIns=")]
    public async Task What_is_allowed_or_genuine_is_not_refused(string mode, string allowed)
    {
        var (exitCode, output) = await Dotnet.RunAsync("msbuild", App, "-nologo", "-t:RefuseToShipStandIns", mode, allowed);

        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("Plaintext", "")]
    [InlineData("Plaintext", "-p:OutputPath=bin/output/")]
    [InlineData("SaslSsl", "-p:_IsPublishing=true")]
    [InlineData("SaslSsl", "-p:DeployOnBuild=true")]
    [InlineData("SaslSsl", "-p:OutputPath=/anywhere/bin/publish/")]
    [InlineData("OAuthBearer", "-p:_IsPublishing=true", "-p:KafkaSecurity=OAuthBearer")]
    public async Task What_leaves_the_machine_is_compiled_for_tls(string expected, params string[] arguments)
    {
        var app = await Dotnet.EvaluateAsync(App, ["-getItem:Compile", "-getProperty:KafkaSecurity", .. arguments.Where(argument => argument.Length > 0)]);

        Assert.Equal(expected, app.GetProperty("Properties").GetProperty("KafkaSecurity").GetString());
        var compiled = app.GetProperty("Items").GetProperty("Compile").EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!.Replace('\\', '/'));
        Assert.Equal([$"Security/{expected}.cs"], compiled.Where(path => path.StartsWith("Security/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Dotnet_publish_refuses_what_was_built_without_tls()
    {
        var built = Path.Combine(Dotnet.Repository, "src/FunctionsConsumers/obj", Dotnet.Configuration, "net10.0/KafkaSecurity.txt");
        Assert.SkipUnless(File.Exists(built) && (await File.ReadAllTextAsync(built, TestContext.Current.CancellationToken)).Trim() == "Plaintext", "the app was last built for another protocol");

        var (exitCode, output) = await Dotnet.RunAsync("publish", App, "--no-restore", "--no-build", "-c", Dotnet.Configuration, "-p:AllowStandIns=true");

        Assert.Equal(1, exitCode);
        Assert.Contains("built with KafkaSecurity=Plaintext and is to be published with SaslSsl", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_protocol_that_nobody_knows_is_named()
    {
        var (exitCode, output) = await Dotnet.RunAsync("msbuild", App, "-nologo", "-t:CheckKafkaSecurity", "-p:KafkaSecurity=Telnet");

        Assert.Equal(1, exitCode);
        Assert.Contains("KafkaSecurity=Telnet is not known: use Plaintext, SaslSsl or OAuthBearer", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_app_started_on_stand_ins_says_to_use_run_and_exits_2()
    {
        var app = typeof(BillingServiceConsumer).Assembly;
        var packages = app.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "AzurePackages").Value;
        Assert.SkipUnless(packages == "stand-ins", "the app is built on the genuine packages");

        var start = new ProcessStartInfo("dotnet", [Path.Combine(Dotnet.Repository, "src/FunctionsConsumers/bin", Dotnet.Configuration, "net10.0/FunctionsConsumers.dll")]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("use ./run", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
