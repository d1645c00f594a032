using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>
/// Sends each mail by SMTP, on a connection of its own: on one that was kept, a server that has hung up meanwhile could
/// not be told from one that took the mail and fell silent.
/// </summary>
/// <param name="settings">The server and the sender.</param>
/// <param name="time">The clock that ends a send.</param>
public sealed class SmtpSender(MailSettings settings, TimeProvider time) : IMessageSender
{
    /// <inheritdoc />
    public string Kind => EmailPayload.Kind;

    /// <summary>Left to the setting <c>EffectivelyOnce__InDoubt</c>: a mail that is sent again carries the same <c>Message-ID</c>.</summary>
    public InDoubtPolicy? InDoubt => null;

    /// <inheritdoc />
    public async Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (EmailPayload.TryRead(message.Payload) is not { } mail)
        {
            return new SendResult(SendStatus.Refused, $"Message {message.Id} is no e-mail: its payload is not to, subject and text in JSON.");
        }

        using var client = NewClient();
        using var letter = NewLetter(mail, message.Id);
        try
        {
            await client.SendMailAsync(letter, cancellationToken).WaitAsync(timeout, time, cancellationToken);
            return SendResult.Sent;
        }
        catch (SmtpException failure)
        {
            return SmtpOutcome.Of(failure, settings);
        }
        catch (TimeoutException)
        {
            return new SendResult(SendStatus.Unknown, $"SmtpHost {settings.SmtpHost}:{settings.SmtpPort} did not answer within {timeout.TotalSeconds:0.#} s.");
        }
    }

    private SmtpClient NewClient() => new(settings.SmtpHost!, settings.SmtpPort)
    {
        EnableSsl = settings.SmtpTls,
        Credentials = settings.SmtpUsername is null ? null : new NetworkCredential(settings.SmtpUsername, settings.SmtpPassword),
    };

    private MailMessage NewLetter(EmailPayload mail, string id)
    {
        var letter = new MailMessage
        {
            From = settings.MailFrom,
            Subject = mail.Subject,
            SubjectEncoding = Encoding.UTF8,
            Body = mail.Text,
            BodyEncoding = Encoding.UTF8,
            BodyTransferEncoding = TransferEncoding.QuotedPrintable,
        };
        letter.To.Add(new MailAddress(mail.To));
        letter.Headers["Message-ID"] = MimeMessage.IdHeader(id, settings.MailFrom);
        letter.Headers["Auto-Submitted"] = "auto-generated";
        return letter;
    }
}
