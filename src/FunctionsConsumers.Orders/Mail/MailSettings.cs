using System.Globalization;
using System.Net.Mail;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Events;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>
/// Where confirmations go, from the settings <c>SmtpHost</c>, <c>SmtpPort</c>, <c>SmtpUsername</c>, <c>SmtpPassword</c>,
/// <c>SmtpTls</c>, <c>MailFrom</c> and <c>MailFolder</c>. Without <c>SmtpHost</c> they are written to files.
/// </summary>
public sealed record MailSettings
{
    /// <summary>The mail server's host name or address.</summary>
    /// <value>Null for files; that is the default.</value>
    public string? SmtpHost { get; init; }

    /// <summary>The mail server's port.</summary>
    /// <value>1 to 65,535; default 587 with TLS, 25 without. Not 465, since System.Net.Mail does not speak implicit TLS.</value>
    public int SmtpPort { get; init; } = 25;

    /// <summary>The user name.</summary>
    /// <value>Null for none; that is the default.</value>
    public string? SmtpUsername { get; init; }

    /// <summary>The password.</summary>
    /// <value>Null for none; that is the default.</value>
    public string? SmtpPassword { get; init; }

    /// <summary>Whether the connection is upgraded by STARTTLS before anything is said.</summary>
    /// <value>Default true where there is a user name, else false.</value>
    public bool SmtpTls { get; init; }

    /// <summary>The sender, <c>name@host</c> or <c>Name &lt;name@host&gt;</c>; its host ends the message ids.</summary>
    /// <value>Default <c>orders@localhost</c>.</value>
    public MailAddress MailFrom { get; init; } = new("orders@localhost");

    /// <summary>The folder for <c>.eml</c> files.</summary>
    /// <value>Default <c>.local/mail</c> under the environment variable <c>FC_HOME</c>, else under the current directory.</value>
    public string MailFolder { get; init; } = "";

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">The settings.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    public static MailSettings FromConfiguration(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var username = Text(configuration, nameof(SmtpUsername));
        var tls = Tls(Text(configuration, nameof(SmtpTls)), username);
        var settings = new MailSettings
        {
            SmtpHost = Text(configuration, nameof(SmtpHost)),
            SmtpPort = Port(Text(configuration, nameof(SmtpPort)), tls),
            SmtpUsername = username,
            SmtpPassword = Text(configuration, nameof(SmtpPassword)),
            SmtpTls = tls,
            MailFrom = Sender(Text(configuration, nameof(MailFrom))),
            MailFolder = Path.GetFullPath(Text(configuration, nameof(MailFolder)) ?? Path.Combine(Root(), ".local", "mail")),
        };
        Check(settings);
        return settings;
    }

    private static void Check(MailSettings settings)
    {
        if (settings.SmtpHost is { } host && Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw new SettingException($"SmtpHost is {JsonText.Quote(host)}: write a host name or an address alone, and the port into SmtpPort.");
        }

        if (settings.SmtpUsername is null != (settings.SmtpPassword is null))
        {
            throw new SettingException(settings.SmtpPassword is null
                ? "SmtpUsername is set and SmtpPassword is not: set SmtpPassword, or remove SmtpUsername for a server without authentication."
                : "SmtpPassword is set and SmtpUsername is not: set SmtpUsername, or remove SmtpPassword.");
        }

        if (settings.SmtpUsername is not null && !settings.SmtpTls)
        {
            throw new SettingException("SmtpTls is false and SmtpUsername is set, so the password would travel in the clear: set SmtpTls to true, or remove SmtpUsername and SmtpPassword.");
        }
    }

    private static string? Text(IConfiguration configuration, string name) =>
        configuration[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static string Root() =>
        Environment.GetEnvironmentVariable("FC_HOME") is { Length: > 0 } home ? home : Directory.GetCurrentDirectory();

    private static bool Tls(string? text, string? username) => text is null
        ? username is not null
        : bool.TryParse(text, out var tls) ? tls : throw new SettingException($"SmtpTls is {JsonText.Quote(text)}: write true or false.");

    private static int Port(string? text, bool tls)
    {
        const int implicitTls = 465;
        if (text is null)
        {
            return tls ? 587 : 25;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535)
        {
            throw new SettingException($"SmtpPort is {JsonText.Quote(text)}: write a number from 1 to 65535.");
        }

        return port != implicitTls ? port : throw new SettingException("SmtpPort is 465, which is TLS from the first byte: use the server's port for STARTTLS, usually 587, with SmtpTls true.");
    }

    private static MailAddress Sender(string? text)
    {
        if (text is null)
        {
            return new MailSettings().MailFrom;
        }

        // MailAddress takes a list for a name with an address behind it.
        return MailAddress.TryCreate(text, out var sender) && PlainAddress.IsValid(sender.Address)
            && !JsonText.HasControl(sender.DisplayName) && !sender.DisplayName.Contains('@', StringComparison.Ordinal)
            ? sender
            : throw new SettingException($"MailFrom is {JsonText.Quote(text)}: write one address as name@host or Name <name@host>.");
    }
}
