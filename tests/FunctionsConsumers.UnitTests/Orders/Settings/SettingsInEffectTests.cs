using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Configuration;
using FunctionsConsumers.Orders.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers.UnitTests.Orders.Settings;

public sealed class SettingsInEffectTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("settings").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Lines(LocalHostOptions options, Dictionary<string, string> environment, string values)
    {
        File.WriteAllText(Path.Combine(_folder, "local.settings.json"), "{\"Values\":{" + values + "}}");
        var settings = LocalSettings.Build(options, environment, _folder);

        // As a host takes them over.
        IConfiguration chained = new ConfigurationBuilder().AddConfiguration(settings).Build();
        using var services = new ServiceCollection().AddLogging().AddSingleton(chained).AddOrderConsumers(chained).BuildServiceProvider();
        return string.Join('\n', SettingsInEffect.Lines(services));
    }

    [Fact]
    public void The_start_says_what_it_talks_to_and_where_each_was_said()
    {
        var lines = Lines(
            new LocalHostOptions { Topic = "orders", Sources = new Dictionary<string, string> { ["OrdersTopic"] = "--topic" } },
            new Dictionary<string, string>
            {
                ["KafkaBrokers"] = "kafka.example:9094",
                ["KafkaUsername"] = "app",
                ["KafkaPassword"] = "c2VjcmV0",
                ["SmtpHost"] = "mail.example",
            },
            "\"KafkaBrokers\":\"127.0.0.1:9092\","
            + "\"OrderTables\":\"DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net\"");

        Assert.Contains("kafka.example:9094 as app, TLS  (KafkaBrokers: the environment)", lines, StringComparison.Ordinal);
        Assert.Contains("orders  (OrdersTopic: --topic)", lines, StringComparison.Ordinal);
        Assert.Contains("https://acct.table.core.windows.net", lines, StringComparison.Ordinal);
        Assert.Contains("(OrderTables: local.settings.json)", lines, StringComparison.Ordinal);
        Assert.Contains("SMTP mail.example:25, no TLS  (SmtpHost: the environment)", lines, StringComparison.Ordinal);
        Assert.Contains("16  (EffectivelyOnce__Buckets: default)", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", lines, StringComparison.Ordinal);
    }

    [Fact]
    public void On_azure_the_provider_says_where_a_setting_comes_from()
    {
        File.WriteAllText(Path.Combine(_folder, "appsettings.json"), """{"EffectivelyOnce":{"Buckets":32}}""");
        using var file = new Microsoft.Extensions.FileProviders.PhysicalFileProvider(_folder);
        var settings = new ConfigurationBuilder().AddJsonFile(file, "appsettings.json", optional: false, reloadOnChange: false).Build();

        Assert.Equal("appsettings.json", SettingSource.Of(settings, "EffectivelyOnce:Buckets"));
        Assert.Equal("default", SettingSource.Of(settings, "KafkaBrokers"));
    }
}
