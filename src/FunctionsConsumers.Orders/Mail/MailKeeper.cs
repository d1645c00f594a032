using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>
/// Looks at the start whether mails can leave, and keeps order beside the sender: files that are too old go, and so do idle
/// connections. A folder that cannot be written to stops the start, since nobody mends it but by a setting. A mail server
/// that is away does not: the orders go on, and their mails wait.
/// </summary>
/// <param name="settings">The settings.</param>
/// <param name="senders">The senders, of which one may be by SMTP.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where trouble is reported.</param>
public sealed partial class MailKeeper(
    MailSettings settings, IEnumerable<IMessageSender> senders, TimeProvider time, ILogger<MailKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan BetweenIdleLooks = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromHours(1);

    private readonly ILogger _logger = logger;

    /// <inheritdoc />
    /// <exception cref="SettingException">No mail can be written to the folder.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.SmtpHost is null)
        {
            MailFolder.Check(settings.MailFolder);
        }

        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        senders.OfType<SmtpSender>().FirstOrDefault() is { } sender ? WatchAsync(sender, stoppingToken) : SweepAsync(stoppingToken);

    private async Task WatchAsync(SmtpSender sender, CancellationToken cancellationToken)
    {
        if (await sender.CheckAsync(cancellationToken) is { } wrong)
        {
            LogNoMail(wrong);
        }

        using var timer = new PeriodicTimer(BetweenIdleLooks, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            sender.CloseIdle();
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(BetweenSweeps, time);
        do
        {
            try
            {
                MailFolder.Forget(settings.MailFolder, time.GetUtcNow().UtcDateTime - settings.MailRetention);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                LogNotForgotten(settings.MailFolder, failure.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    [LoggerMessage(70, LogLevel.Warning, "No mail can leave now, and mails will wait in the outbox: {Reason}")]
    private partial void LogNoMail(string reason);

    [LoggerMessage(71, LogLevel.Warning, "Mails in {Folder} that are older than MailRetention could not be removed: {Reason}")]
    private partial void LogNotForgotten(string folder, string reason);
}
