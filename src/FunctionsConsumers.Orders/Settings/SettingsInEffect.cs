using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Mail;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers.Orders.Settings;

/// <summary>Says at the start what the app talks to, and where that was said. Never a secret.</summary>
public static class SettingsInEffect
{
    /// <summary>One line each for broker, topic, tables, mail and buckets.</summary>
    /// <param name="services">The app's services.</param>
    /// <returns>The lines.</returns>
    public static IReadOnlyList<string> Lines(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var configuration = services.GetRequiredService<IConfiguration>();
        var kafka = services.GetRequiredService<KafkaConnection>();
        var mail = services.GetRequiredService<MailSettings>();
        var mailSetting = mail.SmtpHost is null ? nameof(MailSettings.MailFolder) : nameof(MailSettings.SmtpHost);
        var tables = services.GetRequiredService<TableAccounts>().Clients.Select(client => client.Uri.GetLeftPart(UriPartial.Path));
        var buckets = services.GetRequiredService<EffectivelyOnceOptions>().Buckets;
        string From(string setting) => SettingSource.Of(configuration, setting.Replace("__", ":", StringComparison.Ordinal));
        string Line(string what, string value, string setting) => $"{what,-8} {Secrets.Masked(value)}  ({setting}: {From(setting)})";

        return
        [
            Line("broker", kafka.Brokers + (kafka.Username is { } user ? $" as {user}, TLS" : ""), "KafkaBrokers"),
            Line("topic", configuration[OrderSettings.Topic] ?? "", OrderSettings.Topic),
            Line("tables", string.Join(", ", tables), OrderSettings.Tables),
            Line("mail", mail.Target(), mailSetting),
            Line("buckets", buckets.ToString(CultureInfo.InvariantCulture), EffectivelyOnceOptions.SectionName + "__Buckets"),
        ];
    }
}
