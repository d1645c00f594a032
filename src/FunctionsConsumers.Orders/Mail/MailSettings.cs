using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Events;
using Microsoft.Extensions.Configuration;
using MimeKit;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>
/// Where confirmations go, from the settings <c>SmtpHost</c>, <c>SmtpPort</c>, <c>SmtpUsername</c>, <c>SmtpPassword</c>,
/// <c>SmtpTls</c>, <c>MailFrom</c>, <c>MailFolder</c> and <c>MailRetention</c>. Without <c>SmtpHost</c> they are written to files.
/// </summary>
public sealed record MailSettings
{
    /// <summary>The port on which TLS begins with the first byte (RFC 8314).</summary>
    internal const int ImplicitTlsPort = 465;

    private static readonly TimeSpan ShortestRetention = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestRetention = TimeSpan.FromDays(3650);

    /// <summary>The mail server's host name or address.</summary>
    /// <value>Null for files; that is the default.</value>
    public string? SmtpHost { get; init; }

    /// <summary>The mail server's port.</summary>
    /// <value>1 to 65,535; default 587 with TLS, 25 without. On 465 TLS begins with the first byte.</value>
    public int SmtpPort { get; init; } = 25;

    /// <summary>The user name.</summary>
    /// <value>Null for none; that is the default.</value>
    public string? SmtpUsername { get; init; }

    /// <summary>The password.</summary>
    /// <value>Null for none; that is the default.</value>
    public string? SmtpPassword { get; init; }

    /// <summary>Whether mails travel over TLS: on port 465 from the first byte, else by STARTTLS before anything is said.</summary>
    /// <value>Default true where there is a user name or the port is 465, else false.</value>
    public bool SmtpTls { get; init; }

    /// <summary>The sender, <c>name@host</c> or <c>Name &lt;name@host&gt;</c>; its host ends the message ids.</summary>
    /// <value>Default <c>orders@localhost</c>.</value>
    public MailboxAddress MailFrom { get; init; } = new("", "orders@localhost");

    /// <summary>The folder for <c>.eml</c> files.</summary>
    /// <value>Default <c>.local/mail</c> under the environment variable <c>FC_HOME</c>, else under the current directory.</value>
    public string MailFolder { get; init; } = "";

    /// <summary>How long <c>.eml</c> files are kept: they hold addresses and orders of persons.</summary>
    /// <value>1 hour to 3,650 days; default 14 days.</value>
    public TimeSpan MailRetention { get; init; } = TimeSpan.FromDays(14);

    /// <summary>The names of the settings.</summary>
    internal static IReadOnlyList<string> Names { get; } =
    [
        nameof(SmtpHost), nameof(SmtpPort), nameof(SmtpUsername), nameof(SmtpPassword), nameof(SmtpTls), nameof(MailFrom),
        nameof(MailFolder), nameof(MailRetention),
    ];

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">The settings.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    public static MailSettings FromConfiguration(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var username = Text(configuration, nameof(SmtpUsername));
        var port = Port(Text(configuration, nameof(SmtpPort)));
        var tls = Flag(Text(configuration, nameof(SmtpTls))) ?? (username is not null || port == ImplicitTlsPort);
        var settings = new MailSettings
        {
            SmtpHost = Text(configuration, nameof(SmtpHost)),
            SmtpPort = port ?? (tls ? 587 : 25),
            SmtpUsername = username,
            SmtpPassword = Text(configuration, nameof(SmtpPassword)),
            SmtpTls = tls,
            MailFrom = Sender(Text(configuration, nameof(MailFrom))),
            MailFolder = Path.GetFullPath(Text(configuration, nameof(MailFolder)) ?? Path.Combine(Root(), ".local", "mail")),
            MailRetention = Retention(Text(configuration, nameof(MailRetention))),
        };
        Check(settings);
        CheckHasServer(configuration, settings);
        return settings;
    }

    private static void Check(MailSettings settings)
    {
        if (settings.SmtpHost is { } host && Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw new SettingException(
                $"SmtpHost is {JsonText.Quote(host)}: write a host name or an address alone, and the port into SmtpPort.");
        }

        if (settings.SmtpUsername is null != (settings.SmtpPassword is null))
        {
            throw new SettingException(settings.SmtpPassword is null
                ? "SmtpUsername is set and SmtpPassword is not: set SmtpPassword, or remove SmtpUsername for a server without "
                    + "authentication."
                : "SmtpPassword is set and SmtpUsername is not: set SmtpUsername, or remove SmtpPassword.");
        }

        if (settings is { SmtpPort: ImplicitTlsPort, SmtpTls: false, SmtpHost: not null })
        {
            throw new SettingException("SmtpPort is 465, where TLS begins with the first byte, and SmtpTls is false: set SmtpTls to true, "
                + "or name the server's plain port.");
        }

        if (settings.SmtpUsername is not null && !settings.SmtpTls)
        {
            throw new SettingException("SmtpTls is false and SmtpUsername is set, so the password would travel in the clear: "
                + "set SmtpTls to true, or remove SmtpUsername and SmtpPassword.");
        }
    }

    /// <summary>Where mails go, for a person.</summary>
    /// <returns>The server, or the folder.</returns>
    public string Target() => SmtpHost is { } host
        ? string.Create(CultureInfo.InvariantCulture, $"SMTP {host}:{SmtpPort}, {(SmtpTls ? "TLS" : "no TLS")}")
        : $"files in {MailFolder}";

    private static string? Text(IConfiguration configuration, string name) =>
        configuration[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static string Root() =>
        Environment.GetEnvironmentVariable("FC_HOME") is { Length: > 0 } home ? home : Directory.GetCurrentDirectory();

    // What says how to reach a server, and names none, is a slip: without SmtpHost nothing reads it.
    private static void CheckHasServer(IConfiguration configuration, MailSettings settings)
    {
        string[] ofServer = [nameof(SmtpPort), nameof(SmtpUsername), nameof(SmtpPassword), nameof(SmtpTls)];
        if (settings.SmtpHost is null && ofServer.FirstOrDefault(name => Text(configuration, name) is not null) is { } alone)
        {
            throw new SettingException(
                $"{alone} is set and SmtpHost is not: set SmtpHost to the mail server, or remove {alone} to have mails written to files.");
        }
    }

    private static bool? Flag(string? text) => text is null
        ? null
        : bool.TryParse(text, out var tls) ? tls : throw new SettingException($"SmtpTls is {JsonText.Quote(text)}: write true or false.");

    private static int? Port(string? text) => text is null
        ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65_535
            ? port
            : throw new SettingException($"SmtpPort is {JsonText.Quote(text)}: write a number from 1 to 65535.");

    private static TimeSpan Retention(string? text) => text is null
        ? new MailSettings().MailRetention
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time >= ShortestRetention && time <= LongestRetention
            ? time
            : throw new SettingException(
                $"MailRetention is {JsonText.Quote(text)}: write a time from {ShortestRetention} to {LongestRetention}, "
                    + "as [days.]hours:minutes:seconds.");

    private static MailboxAddress Sender(string? text)
    {
        if (text is null)
        {
            return new MailSettings().MailFrom;
        }

        return MailboxAddress.TryParse(text, out var sender) && PlainAddress.IsValid(sender.Address)
            && !JsonText.HasControl(sender.Name ?? "") && !(sender.Name ?? "").Contains('@', StringComparison.Ordinal)
            ? sender
            : throw new SettingException($"MailFrom is {JsonText.Quote(text)}: write one address as name@host or Name <name@host>.");
    }
}
