using System.Globalization;
using System.Net.Sockets;
using FunctionsConsumers.Orders.Mail;

namespace FunctionsConsumers.Operations.Status;

/// <summary>Whether mail could be handed over now: the server takes a connection, or the folder can be written.</summary>
/// <param name="settings">Where mail goes.</param>
public sealed class MailProbe(MailSettings settings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Tries.</summary>
    /// <param name="cancellationToken">Ends the trying.</param>
    /// <returns>What came of it.</returns>
    public async Task<ServiceStatus> TryAsync(CancellationToken cancellationToken)
    {
        if (settings.SmtpHost is not { } host)
        {
            return Folder();
        }

        using var client = new TcpClient();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await client.ConnectAsync(host, settings.SmtpPort, limit.Token);
            return ServiceStatus.Good;
        }
        catch (Exception failure) when (failure is SocketException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var reason = failure is SocketException
                ? failure.Message
                : string.Create(CultureInfo.InvariantCulture, $"no connection within {Patience.TotalSeconds:0} s");
            return new ServiceStatus(false, string.Create(
                CultureInfo.InvariantCulture, $"the mail server {host}:{settings.SmtpPort} (settings SmtpHost, SmtpPort): {reason}"));
        }
    }

    private ServiceStatus Folder()
    {
        try
        {
            // As the sender does it with the first mail.
            Directory.CreateDirectory(settings.MailFolder);
            return ServiceStatus.Good;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new ServiceStatus(false, $"the folder for mail (setting MailFolder): {failure.Message}");
        }
    }
}
