using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Configuration;
using FunctionsConsumers.LocalHost.Hosting;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.UnitTests.LocalHost.Hosting;

public sealed class HostStartupTests
{
    [Theory]
    [InlineData("00:02:00", 120_000)]
    [InlineData("00:02:00", 60_000)]
    public void A_deadline_that_does_not_stay_below_the_poll_interval_is_refused(string deadline, int maxPollIntervalMs)
    {
        var error = Assert.Throws<LocalHostException>(() => Check(deadline, maxPollIntervalMs));
        Assert.StartsWith("EffectivelyOnce__BatchDeadline (120 s) must stay below extensions.kafka.maxPollIntervalMs of host.json "
            + $"({maxPollIntervalMs} ms)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_deadline_stays_below_the_default_poll_interval() => Check(null, new KafkaHostOptions().MaxPollIntervalMs);

    [Fact]
    public void A_malformed_setting_of_the_library_is_an_error_that_names_it()
    {
        var error = Assert.Throws<LocalHostException>(() => Check("soon", 300_000));
        Assert.Contains("EffectivelyOnce__BatchDeadline is 'soon'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_broker_is_an_error_that_names_setting_and_option()
    {
        var error = Assert.Throws<LocalHostException>(() => HostStartup.Kafka(Settings([])));
        Assert.Equal("No Kafka is named: set KafkaBrokers to host:port, or pass --brokers.", error.Message);
    }

    [Fact]
    public void A_user_name_without_a_password_is_an_error()
    {
        var error = Assert.Throws<LocalHostException>(
            () => HostStartup.Kafka(Settings(new() { ["KafkaBrokers"] = "a:1", ["KafkaUsername"] = "u" })));
        Assert.Contains("KafkaPassword", error.Message, StringComparison.Ordinal);
    }

    private static void Check(string? deadline, int maxPollIntervalMs) => HostStartup.CheckDeadline(
        Settings(new() { ["EffectivelyOnce:BatchDeadline"] = deadline }),
        new HostJson(new KafkaHostOptions { MaxPollIntervalMs = maxPollIntervalMs },
            new Dictionary<string, Microsoft.Extensions.Logging.LogLevel>(), "api", []));

    private static IConfiguration Settings(Dictionary<string, string?> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values).Build();
}
