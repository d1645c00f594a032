using System.Collections;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Configuration;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.UnitTests.LocalHost.Configuration;

public sealed class LocalSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("local-settings").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_environment_goes_before_the_file_and_options_before_both()
    {
        File("""{"Values": {"KafkaBrokers": "file:1", "OrdersTopic": "file", "KafkaUsername": "file"}}""");
        var environment = new Hashtable { ["KafkaBrokers"] = "environment:1", ["OrdersTopic"] = "environment" };
        var settings = LocalSettings.Build(new LocalHostOptions { Brokers = "option:1" }, environment, _folder);
        Assert.Equal("option:1", settings["KafkaBrokers"]);
        Assert.Equal("environment", settings["OrdersTopic"]);
        Assert.Equal("file", settings["KafkaUsername"]);
    }

    [Fact]
    public void Two_underscores_name_a_setting_below_another()
    {
        File("""{"Values": {"EffectivelyOnce__Buckets": 4}}""");
        var settings = Build(
            new LocalHostOptions { Settings = new Dictionary<string, string?> { ["EffectivelyOnce__Retention"] = "2.00:00:00" } });
        Assert.Equal("4", settings["EffectivelyOnce:Buckets"]);
        Assert.Equal("2.00:00:00", settings["EffectivelyOnce:Retention"]);
    }

    [Fact]
    public void Tables_given_as_an_option_replace_accounts_and_identities_too()
    {
        File("""
            {"Values": {"OrderTables__0": "a", "OrderTables__1": "b", "OrderTables__serviceUri": "https://x", "OrderTablesOther": "y"}}
            """);
        var settings = Build(new LocalHostOptions { Tables = "UseDevelopmentStorage=true" });
        Assert.Equal("UseDevelopmentStorage=true", settings["OrderTables"]);
        Assert.Empty(settings.GetSection("OrderTables").GetChildren());
        Assert.Equal("y", settings["OrderTablesOther"]);
    }

    [Fact]
    public void A_null_value_takes_a_setting_away()
    {
        File("""{"Values": {"KafkaUsername": "u"}}""");
        var settings = Build(new LocalHostOptions { Settings = new Dictionary<string, string?> { ["KafkaUsername"] = null } });
        Assert.Null(settings["KafkaUsername"]);
    }

    [Fact]
    public void Without_a_file_the_topic_is_order_events()
    {
        Assert.Equal("order-events", Build(new LocalHostOptions())["OrdersTopic"]);
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("[]", "cannot be read")]
    [InlineData("""{"IsEncrypted": true, "Values": {}}""", "is encrypted")]
    [InlineData("""{"Values": {"OrderTables": {"serviceUri": "x"}}}""", "OrderTables is no text")]
    public void A_file_that_cannot_be_used_is_an_error_that_says_why(string text, string expected)
    {
        File(text);
        var error = Assert.Throws<LocalHostException>(() => Build(new LocalHostOptions()));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private void File(string text) => System.IO.File.WriteAllText(Path.Combine(_folder, "local.settings.json"), text);

    private IConfiguration Build(LocalHostOptions options) => LocalSettings.Build(options, new Hashtable(), _folder);
}
