using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.UnitTests.LocalHost.Connections;

public sealed class TargetTests
{
    private static readonly RunFile Run = new(1, "topic-of-run", "run:1", Account("run"), null);
    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public void Without_options_and_settings_the_run_file_says_where_things_are()
    {
        var target = Target.Resolve(new TargetOptions(), Nothing, Run);

        Assert.Equal(("run:1", "run", "topic-of-run"), (target.Kafka().Brokers, Assert.Single(target.Tables().Names), target.Topic));
    }

    [Fact]
    public void Settings_go_before_the_run_file_and_options_before_settings()
    {
        var environment = new Dictionary<string, string>
        {
            ["KafkaBrokers"] = "setting:1", ["OrderTables"] = Account("setting"), ["OrdersTopic"] = "topic-of-setting",
        };

        var set = Target.Resolve(new TargetOptions(), environment, Run);
        Assert.Equal(("setting:1", "setting", "topic-of-setting"), (set.Kafka().Brokers, Assert.Single(set.Tables().Names), set.Topic));

        var asked = Target.Resolve(new TargetOptions("option:1", Account("option"), "topic-of-option"), environment, Run);
        Assert.Equal(("option:1", "option", "topic-of-option"), (asked.Kafka().Brokers, Assert.Single(asked.Tables().Names), asked.Topic));
    }

    [Fact]
    public void Several_accounts_come_from_settings_and_give_way_to_an_option()
    {
        var environment = new Dictionary<string, string> { ["OrderTables__0"] = Account("first"), ["OrderTables__1"] = Account("second") };

        Assert.Equal(["first", "second"], Target.Resolve(new TargetOptions(), environment, Run).Tables().Names);
        Assert.Equal(["option"], Target.Resolve(new TargetOptions(Tables: Account("option")), environment, Run).Tables().Names);
    }

    [Fact]
    public void An_empty_variable_is_no_setting() =>
        Assert.Equal("run:1",
            Target.Resolve(new TargetOptions(), new Dictionary<string, string> { ["KafkaBrokers"] = " " }, Run).Kafka().Brokers);

    [Fact]
    public void With_nothing_named_the_error_says_how_to_start_or_name_services()
    {
        var target = Target.Resolve(new TargetOptions(), Nothing, null);

        Assert.False(target.HasBrokers);
        Assert.False(target.HasTables);
        Assert.Equal("order-events", target.Topic);
        foreach (var (ask, option) in new (Action, string)[] { (() => target.Kafka(), "--brokers"), (() => target.Tables(), "--tables") })
        {
            var message = Assert.Throws<LocalHostException>(ask).Message;
            Assert.Contains("./run", message, StringComparison.Ordinal);
            Assert.Contains(option, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_hosts_settings_take_away_what_a_file_says_before_they_name_accounts()
    {
        var environment = new Dictionary<string, string> { ["OrderTables__0"] = Account("first") };
        var settings = Target.Resolve(new TargetOptions("option:1"), environment, null).HostSettings().ToList();

        Assert.Contains(new("KafkaBrokers", "option:1"), settings);
        Assert.True(settings.IndexOf(new("OrderTables", null)) < settings.FindIndex(setting => setting.Key == "OrderTables:0"));
    }

    private static string Account(string name) =>
        $"DefaultEndpointsProtocol=http;AccountName={name};AccountKey=a2V5;TableEndpoint=http://127.0.0.1:1/{name};";
}
