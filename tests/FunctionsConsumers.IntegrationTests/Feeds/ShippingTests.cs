namespace FunctionsConsumers.IntegrationTests.Feeds;

/// <summary>The stand-in never ships, and neither does a trigger without TLS that nobody asked for.</summary>
public sealed class ShippingTests
{
    private const string App = "src/FunctionsConsumers/FunctionsConsumers.csproj";
    private const string Refusal = "holds the stand-in of Microsoft.Azure.Functions.Worker.Extensions.Kafka";

    [Theory]
    [InlineData("publish", App)]
    [InlineData("publish", "src/FunctionsConsumers.Cli/FunctionsConsumers.Cli.csproj")]
    [InlineData("pack", "src/FunctionsConsumers.Cli/FunctionsConsumers.Cli.csproj")]
    [InlineData("pack", "src/StandIns/StandIns.csproj")]
    public async Task Publishing_and_packing_refuse_the_stand_in(string command, string project)
    {
        var (exitCode, output) = await Dotnet.RunAsync(command, project, "--no-restore", "--no-build", "-p:UseStandIns=true");

        Assert.Equal(1, exitCode);
        Assert.Contains(Refusal, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_build_that_core_tools_deploy_refuses_the_stand_in()
    {
        var (exitCode, output) = await Dotnet.RunAsync(
            "build", App, "--no-restore", "--no-dependencies", "--output", "src/FunctionsConsumers/bin/publish", "-p:UseStandIns=true");

        Assert.Equal(1, exitCode);
        Assert.Contains(Refusal, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-p:UseStandIns=true", "-p:AllowStandIns=true")]
    [InlineData("-p:UseStandIns=false", "-p:AllowStandIns=")]
    public async Task What_is_allowed_or_genuine_is_not_refused(string mode, string allowed)
    {
        var (exitCode, output) = await Dotnet.RunAsync("msbuild", App, "-nologo", "-t:RefuseToShipStandIn", mode, allowed);

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
        var app = await Dotnet.EvaluateAsync(
            App, ["-getItem:Compile", "-getProperty:KafkaSecurity", .. arguments.Where(argument => argument.Length > 0)]);

        Assert.Equal(expected, app.GetProperty("Properties").GetProperty("KafkaSecurity").GetString());
        var compiled = app.GetProperty("Items").GetProperty("Compile").EnumerateArray().Select(
            item => item.GetProperty("Identity").GetString()!.Replace('\\', '/'));
        Assert.Equal([$"Security/{expected}.cs"], compiled.Where(path => path.StartsWith("Security/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Dotnet_publish_refuses_what_was_built_without_tls()
    {
        var built = Path.Combine(Dotnet.Repository, "src/FunctionsConsumers/obj", Dotnet.Configuration, "net10.0/KafkaSecurity.txt");
        Assert.SkipUnless(File.Exists(built)
            && (await File.ReadAllTextAsync(built, TestContext.Current.CancellationToken)).Trim() == "Plaintext",
            "the app was last built for another protocol");

        // Compiling ahead takes a package that only a publish with a restore brings.
        var (exitCode, output) = await Dotnet.RunAsync(
            "publish", App, "--no-restore", "--no-build", "-c", Dotnet.Configuration, "-p:AllowStandIns=true",
            "-p:PublishReadyToRun=false");

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

    [Theory]
    [InlineData("src/FunctionsConsumers.EffectivelyOnce/FunctionsConsumers.EffectivelyOnce.csproj")]
    public async Task What_holds_no_stand_in_ships_on_any_feed(string project)
    {
        var (exitCode, output) = await Dotnet.RunAsync("msbuild", project, "-nologo", "-t:RefuseToShipStandIn", "-p:UseStandIns=true");
        Assert.True(exitCode == 0, output);

        var assets = await File.ReadAllTextAsync(
            Path.Combine(Dotnet.Repository, Path.GetDirectoryName(project)!, "obj/project.assets.json"),
            TestContext.Current.CancellationToken);
        Assert.DoesNotContain("StandIns", assets, StringComparison.Ordinal);
    }
}
