using System.Text.Json.Nodes;
using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.IntegrationTests.Feeds;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.IntegrationTests.Documentation;

/// <summary>docs/adding-a-consumer.md, followed word for word in a copy of the repository.</summary>
public sealed class AddedConsumerTests : IAsyncDisposable
{
    private const string Page = "docs/adding-a-consumer.md";

    private readonly string _copy = Directory.CreateTempSubdirectory("fourth-consumer-").FullName;
    private readonly Fc _fc;

    public AddedConsumerTests() => _fc = new Fc { Program = Path.Combine(_copy, "src/FunctionsConsumers.Cli/bin/Release/net10.0/fc.dll") };

    public async ValueTask DisposeAsync()
    {
        await _fc.DisposeAsync();
        Directory.Delete(_copy, recursive: true);
    }

    [Fact]
    public async Task The_consumer_of_the_page_compiles_handles_orders_and_is_audited()
    {
        CopyRepository();
        var blocks = DocumentBlock.Of(Page);
        foreach (var block in blocks.Where(block => block.Language is "csharp" or "diff"))
        {
            block.ApplyTo(_copy);
        }

        var (built, said) = await Dotnet.RunAsync(
            _copy, new Dictionary<string, string>(), "build", "src/FunctionsConsumers.Cli/FunctionsConsumers.Cli.csproj", "-c", "Release",
            "-v:q", "--nologo",
            "-p:RunAnalyzers=false");
        Assert.True(built == 0, said);

        var command = Assert.Single(blocks, block => block.Language == "sh").Commands().Single();
        Assert.StartsWith("./run ", command, StringComparison.Ordinal);
        var run = await _fc.RunAsync(command[2..] + " --seed 7 --json", TimeSpan.FromMinutes(8));

        Assert.True(run.ExitCode == 0, run.ToString());
        var groups = JsonNode.Parse(run.Out)!["groups"]!.AsArray();
        Assert.Equal([.. Groups.All, "loyalty"], groups.Select(group => (string)group!["group"]!));
        Assert.Equal((1000, 200, 0), ((int)groups[^1]!["applied"]!, (int)groups[^1]!["duplicates"]!, (int)groups[^1]!["lost"]!));
    }

    [Fact]
    public void Its_trigger_is_the_one_of_billing_with_other_names() => Assert.Equal(
        File.ReadAllText(Path.Combine(Dotnet.Repository, "src/FunctionsConsumers/BillingServiceConsumer.cs"))
            .Replace("<c>billing</c>: one invoice", "<c>loyalty</c>: points", StringComparison.Ordinal)
            .Replace("Billing", "Loyalty", StringComparison.Ordinal)
            .Replace("InvoiceConsumer", "PointsConsumer", StringComparison.Ordinal),
        DocumentBlock.Of(Page).Last(block => block.Language == "csharp").Text);

    // What is compiled, and what decides how; of the rest the consumers need nothing.
    private void CopyRepository()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(Dotnet.Repository, "src"), "*", SearchOption.AllDirectories)
                .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)),
            .. Directory.EnumerateFiles(Dotnet.Repository).Where(file => !file.EndsWith(".md", StringComparison.Ordinal)),
            Path.Combine(Dotnet.Repository, "infra/consumers.bicep"),
            .. Directory.EnumerateFiles(Path.Combine(Dotnet.Repository, "obj/feed"), "feed.props"),
        ];
        foreach (var file in files)
        {
            var to = Path.Combine(_copy, Path.GetRelativePath(Dotnet.Repository, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }
}
