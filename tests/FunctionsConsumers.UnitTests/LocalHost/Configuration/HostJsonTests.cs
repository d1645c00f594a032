using Confluent.Kafka;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.UnitTests.LocalHost.Configuration;

public sealed class HostJsonTests
{
    [Fact]
    public void A_file_without_the_section_gives_the_extensions_defaults()
    {
        var kafka = HostJson.Parse("""{"version": "2.0"}""", "host.json").Kafka;
        Assert.Equal(
            (true, 5, 64, 1, 1, 50, 50, 200, AutoOffsetReset.Earliest, 10_000, 300_000, 100_000, 65_536, 180_000, true),
            (kafka.CommitOnFailure, kafka.MaxRetries, kafka.MaxBatchSize, kafka.SubscriberIntervalInSeconds, kafka.ExecutorChannelCapacity,
                kafka.ChannelFullRetryIntervalInMs, kafka.SubscriberIdleBackoffMs, kafka.AutoCommitIntervalMs, kafka.AutoOffsetReset,
                kafka.SessionTimeoutMs, kafka.MaxPollIntervalMs, kafka.QueuedMinMessages, kafka.QueuedMaxMessagesKbytes,
                kafka.MetadataMaxAgeMs, kafka.SocketKeepaliveEnable));
    }

    [Fact]
    public void Options_are_read_whatever_their_case_and_whether_written_as_text_or_not()
    {
        var kafka = Kafka("""
            {"CommitOnFailure": "false", "maxretries": -1, "maxBatchSize": "500", "autoOffsetReset": "latest"} // the host allows comments
            """);
        Assert.False(kafka.CommitOnFailure);
        Assert.Equal(-1, kafka.MaxRetries);
        Assert.Equal(500, kafka.MaxBatchSize);
        Assert.Equal(AutoOffsetReset.Latest, kafka.AutoOffsetReset);
    }

    [Theory]
    [InlineData("AzureFunctionsJobHost:extensions:kafka:autoOffsetReset")]
    [InlineData("azurefunctionsjobhost:Extensions:KAFKA:AutoOffsetreset")]
    public void The_hosts_own_override_goes_before_the_file(string name)
    {
        var hostJson = HostJson.Load(AppContext.BaseDirectory, Settings((name, "Latest")));
        Assert.Equal(AutoOffsetReset.Latest, hostJson.Kafka.AutoOffsetReset);
        Assert.Empty(hostJson.Unknown);
    }

    [Fact]
    public void Every_kind_of_option_is_overridden_also_where_the_file_says_nothing_of_it()
    {
        var hostJson = HostJson.Load(AppContext.BaseDirectory, Settings(
            ("AzureFunctionsJobHost:extensions:kafka:maxBatchSize", "17"),
            ("AzureFunctionsJobHost:extensions:kafka:commitOnFailure", "True"),
            ("AzureFunctionsJobHost:extensions:kafka:fetchMaxBytes", "1000000"),
            ("AzureFunctionsJobHost:extensions:kafka:maxRetries", " "),
            ("AzureFunctionsJobHost:logging:logLevel:default", "Error")));
        Assert.Equal((17, true, 1_000_000, -1),
            (hostJson.Kafka.MaxBatchSize, hostJson.Kafka.CommitOnFailure, hostJson.Kafka.FetchMaxBytes, hostJson.Kafka.MaxRetries));
        Assert.Equal(LogLevel.Error, hostJson.LogLevels["default"]);
    }

    [Fact]
    public void A_wrong_override_is_an_error_that_names_the_setting()
    {
        var error = Assert.Throws<LocalHostException>(
            () => HostJson.Load(AppContext.BaseDirectory, Settings(("AzureFunctionsJobHost:extensions:kafka:maxRetries", "often"))));
        Assert.StartsWith(
            "AzureFunctionsJobHost__extensions__kafka__maxRetries is \"often\": it must be ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_projects_own_file_loses_nothing()
    {
        var hostJson = HostJson.Load(AppContext.BaseDirectory, NoSettings);
        Assert.False(hostJson.Kafka.CommitOnFailure);
        Assert.Equal(-1, hostJson.Kafka.MaxRetries);
        Assert.Equal(1, hostJson.Kafka.ExecutorChannelCapacity);
        Assert.Equal(AutoOffsetReset.Earliest, hostJson.Kafka.AutoOffsetReset);
        Assert.Empty(hostJson.Unknown);
    }

    [Theory]
    [InlineData("maxBatchSize", "0")]
    [InlineData("maxRetries", "-2")]
    [InlineData("subscriberIntervalInSeconds", "0")]
    [InlineData("subscriberIntervalInSeconds", "0.5")]
    [InlineData("executorChannelCapacity", "0")]
    [InlineData("channelFullRetryIntervalInMs", "0")]
    [InlineData("subscriberIdleBackoffMs", "-1")]
    [InlineData("autoCommitIntervalMs", "86400001")]
    [InlineData("sessionTimeoutMs", "0")]
    [InlineData("maxPollIntervalMs", "\"soon\"")]
    [InlineData("queuedMinMessages", "0")]
    [InlineData("queuedMaxMessagesKbytes", "2097152")]
    [InlineData("autoOffsetReset", "\"Middle\"")]
    [InlineData("autoOffsetReset", "1")]
    [InlineData("commitOnFailure", "\"perhaps\"")]
    [InlineData("commitOnFailure", "1")]
    public void An_option_out_of_range_is_an_error_that_names_it_and_its_range(string name, string value)
    {
        var error = Assert.Throws<LocalHostException>(() => Kafka($$"""{"{{name}}": {{value}}}"""));
        Assert.StartsWith($"host.json: extensions.kafka.{name} is {value}: it must be ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_session_longer_than_the_poll_interval_is_refused_as_the_client_would()
    {
        var error = Assert.Throws<LocalHostException>(() => Kafka("""{"sessionTimeoutMs": 45000, "maxPollIntervalMs": 30000}"""));
        Assert.Contains("maxPollIntervalMs (30000) is below sessionTimeoutMs (45000)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_that_does_not_exist_is_reported()
    {
        var hostJson = HostJson.Parse("""{"extensions": {"kafka": {"maxBatchsize": 3, "maxBatchSizes": 5}}}""", "host.json");
        Assert.Equal(3, hostJson.Kafka.MaxBatchSize);
        Assert.Equal(["maxBatchSizes"], hostJson.Unknown);
    }

    [Fact]
    public void Log_levels_are_read()
    {
        var hostJson = HostJson.Parse("""{"logging": {"logLevel": {"default": "Warning", "Host.Results": "error"}}}""", "host.json");
        Assert.Equal(LogLevel.Warning, hostJson.LogLevels["Default"]);
        Assert.Equal(LogLevel.Error, hostJson.LogLevels["Host.Results"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    public void What_is_no_json_is_an_error_of_one_line(string text)
    {
        var error = Assert.Throws<LocalHostException>(() => HostJson.Parse(text, "host.json"));
        Assert.StartsWith("host.json is no JSON: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_missing_file_is_an_error_that_names_it()
    {
        var error = Assert.Throws<LocalHostException>(
            () => HostJson.Load(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), NoSettings));
        Assert.Contains("host.json cannot be read", error.Message, StringComparison.Ordinal);
    }

    private static KafkaHostOptions Kafka(string section) =>
        HostJson.Parse("{\"version\": \"2.0\", \"extensions\": {\"kafka\": " + section + "\n}}", "host.json").Kafka;

    private static IConfiguration NoSettings => Settings();

    private static IConfiguration Settings(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
        .Build();
}
