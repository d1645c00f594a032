using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>
/// Writes each mail to a file of its own, named after its <c>Message-ID</c>. A file appears whole, by a rename, and a
/// second attempt writes the same bytes over it: sending twice is sending once.
/// </summary>
/// <param name="settings">The folder and the sender.</param>
public sealed class EmlFileSender(MailSettings settings) : IMessageSender
{
    /// <inheritdoc />
    public string Kind => EmailPayload.Kind;

    /// <summary>A mail whose writing is in doubt is written again, whatever the setting says: nobody sees it twice.</summary>
    public InDoubtPolicy? InDoubt => InDoubtPolicy.Resend;

    /// <inheritdoc />
    public Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(EmailPayload.TryRead(message.Payload) is { } mail
            ? Write(message, mail)
            : new SendResult(SendStatus.Refused, $"Message {message.Id} is no e-mail: its payload is not to, subject and text in JSON."));
    }

    // A file of a kilobyte is written sooner than a thread is found to write it.
    private SendResult Write(OutboxMessage message, EmailPayload mail)
    {
        var path = Path.Combine(settings.MailFolder, message.Id + ".eml");
        var unfinished = Path.Combine(settings.MailFolder, $".{message.Id}.{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(settings.MailFolder);
            File.WriteAllBytes(unfinished, MimeMessage.Write(mail, settings.MailFrom, message.Id, message.CreatedAt));
            File.Move(unfinished, path, overwrite: true);
            return SendResult.Sent;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Discard(unfinished);
            return new SendResult(SendStatus.NotSent, $"MailFolder: the mail could not be written to {path}: {failure.Message}");
        }
    }

    private static void Discard(string unfinished)
    {
        try
        {
            File.Delete(unfinished);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What kept the file from being written keeps it from being deleted; its name says that it is no mail.
        }
    }
}
