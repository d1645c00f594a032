using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Configuration;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.UnitTests.LocalHost.Configuration;

public sealed class SettingNamesTests
{
    private static readonly IConfiguration Settings = new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?> { ["KafkaBrokers"] = "a:1", ["OrdersTopic"] = "orders", ["Empty"] = " " })
        .Build();

    [Theory]
    [InlineData("KafkaBrokers", "a:1")]
    [InlineData("%OrdersTopic%", "orders")]
    [InlineData("x.%OrdersTopic%.%KafkaBrokers%", "x.orders.a:1")]
    [InlineData("billing", "billing")]
    public void A_name_a_placeholder_or_the_text_itself(string text, string expected) =>
        Assert.Equal(expected, SettingNames.Resolve(text, Settings, "F"));

    [Theory]
    [InlineData("%Missing%", "Missing")]
    [InlineData("%Empty%", "Empty")]
    public void A_placeholder_without_a_setting_is_an_error_that_names_function_and_setting(string text, string setting)
    {
        var error = Assert.Throws<LocalHostException>(() => SettingNames.Resolve(text, Settings, "F"));
        Assert.StartsWith($"F names the setting {setting}, which is missing", error.Message, StringComparison.Ordinal);
    }
}
