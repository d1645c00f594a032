using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.UnitTests;

public sealed class HostSettingsTests
{
    [Theory]
    [InlineData("AzureFunctionsJobHost:extensions:kafka:autoOffsetReset")]
    [InlineData("AZUREFUNCTIONSJOBHOST:EXTENSIONS:KAFKA:AUTOOFFSETRESET")]
    public void Where_a_group_begins_is_read_as_the_host_reads_it(string name)
    {
        var configuration = Configured((name, "Latest"));
        Assert.Equal("Latest", configuration["extensions:kafka:autoOffsetReset"]);
        Assert.Equal("300000", configuration["extensions:kafka:maxPollIntervalMs"]);
    }

    [Fact]
    public void Without_an_override_the_file_counts() => Assert.Equal("Earliest", Configured()["extensions:kafka:autoOffsetReset"]);

    [Theory]
    [InlineData("00:02:00", "120000")]
    [InlineData("00:04:00", "60000")]
    [InlineData("", "119000")]
    public void A_deadline_that_does_not_stay_below_the_hosts_poll_interval_is_refused_on_Azure_too(
        string deadline, string maxPollIntervalMs)
    {
        var configuration = Configured(
            ("EffectivelyOnce:BatchDeadline", deadline), ("AzureFunctionsJobHost:extensions:kafka:maxPollIntervalMs", maxPollIntervalMs));
        var error = Assert.Throws<SettingException>(() => HostSettings.CheckDeadline(configuration));
        Assert.Contains($"must stay below extensions.kafka.maxPollIntervalMs of host.json ({maxPollIntervalMs} ms)", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_projects_own_file_and_the_default_deadline_agree() => HostSettings.CheckDeadline(Configured());

    [Fact]
    public void A_poll_interval_that_is_no_number_is_named()
    {
        var error = Assert.Throws<SettingException>(
            () => HostSettings.CheckDeadline(Configured(("AzureFunctionsJobHost:extensions:kafka:maxPollIntervalMs", "soon"))));
        Assert.StartsWith(
            "extensions.kafka.maxPollIntervalMs of host.json (or its override) is 'soon'", error.Message, StringComparison.Ordinal);
    }

    private static ConfigurationManager Configured(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        configuration.AddHostJson(AppContext.BaseDirectory);
        return configuration;
    }
}
