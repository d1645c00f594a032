using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Mail;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.UnitTests.Orders.Mail;

public sealed class MailSettingsTests
{
    private static MailSettings Read(params (string Name, string? Value)[] settings) => MailSettings.FromConfiguration(
        new ConfigurationBuilder().AddInMemoryCollection(
        settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).Build());

    [Fact]
    public void Without_settings_mail_goes_to_files_in_the_local_folder()
    {
        var settings = Read();

        Assert.Null(settings.SmtpHost);
        Assert.Equal("orders@localhost", settings.MailFrom.Address);
        Assert.EndsWith(Path.Combine(".local", "mail"), settings.MailFolder, StringComparison.Ordinal);
        Assert.True(Path.IsPathRooted(settings.MailFolder));
    }

    [Theory]
    [InlineData(null, null, 25, false)]
    [InlineData("true", null, 587, true)]
    [InlineData(null, "user", 587, true)]
    [InlineData("True", "user", 587, true)]
    [InlineData("false", null, 25, false)]
    public void The_port_and_tls_follow_from_what_is_said(string? tls, string? username, int port, bool expected)
    {
        var settings = Read(("SmtpHost", "mail.example"), ("SmtpTls", tls), ("SmtpUsername", username), ("SmtpPassword", username is null
            ? null : "secret"));

        Assert.Equal(port, settings.SmtpPort);
        Assert.Equal(expected, settings.SmtpTls);
    }

    [Fact]
    public void On_port_465_tls_is_meant_without_a_word() => Assert.True(Read(("SmtpHost", "mail.example"), ("SmtpPort", "465")).SmtpTls);

    [Theory]
    [InlineData("SmtpPort", "25")]
    [InlineData("SmtpTls", "false")]
    public void What_says_how_to_reach_a_server_needs_one(string name, string value)
    {
        var error = Assert.Throws<SettingException>(() => Read((name, value)));

        Assert.StartsWith($"{name} is set and SmtpHost is not", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_is_taken()
    {
        var settings = Read(
            ("SmtpHost", " mail.example "), ("SmtpPort", "2525"), ("SmtpUsername", "u"), ("SmtpPassword", "p"), ("SmtpTls", "true"),
            ("MailFrom", "The Shop <orders@shop.example>"), ("MailFolder", "/tmp/somewhere"), ("MailRetention", "2.00:00:00"));

        Assert.Equal("mail.example", settings.SmtpHost);
        Assert.Equal(2525, settings.SmtpPort);
        Assert.Equal("u", settings.SmtpUsername);
        Assert.Equal("p", settings.SmtpPassword);
        Assert.Equal("The Shop", settings.MailFrom.Name);
        Assert.Equal("/tmp/somewhere", settings.MailFolder);
        Assert.Equal(TimeSpan.FromDays(2), settings.MailRetention);
    }

    [Theory]
    [InlineData("SmtpPort", "0")]
    [InlineData("SmtpPort", "65536")]
    [InlineData("SmtpPort", "smtp")]
    [InlineData("MailRetention", "soon")]
    [InlineData("MailRetention", "00:30:00")]
    [InlineData("SmtpPort", "25")]
    [InlineData("SmtpTls", "true")]
    [InlineData("SmtpTls", "yes")]
    [InlineData("SmtpHost", "mail.example:25")]
    [InlineData("SmtpHost", "smtp://mail.example")]
    [InlineData("MailFrom", "orders")]
    [InlineData("MailFrom", "a@example.org, b@example.org")]
    [InlineData("MailFrom", "örders@example.org")]
    [InlineData("SmtpPassword", "secret")]
    public void A_wrong_setting_is_named_with_the_fix(string name, string value)
    {
        var error = Assert.Throws<SettingException>(() => Read((name, value)));

        Assert.StartsWith(name, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_name_needs_a_password_and_tls()
    {
        Assert.StartsWith("SmtpPort is 465",
            Assert.Throws<SettingException>(() => Read(("SmtpHost", "h"), ("SmtpPort", "465"), ("SmtpTls", "false"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("SmtpPassword is not", Assert.Throws<SettingException>(() => Read(("SmtpUsername", "u"))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("SmtpTls",
            Assert.Throws<SettingException>(() => Read(("SmtpUsername", "u"), ("SmtpPassword", "p"), ("SmtpTls", "false"))).Message,
            StringComparison.Ordinal);
    }
}
