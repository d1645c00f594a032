using FunctionsConsumers.EffectivelyOnce;
using MimeKit;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>
/// Writes each mail to a file of its own, named after its <c>Message-ID</c>, for its owner's eyes alone. A file appears
/// whole, by a rename, and a second attempt writes the same bytes over it: sending twice is sending once.
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
        var path = Path.Combine(settings.MailFolder, message.Id + MailFolder.Extension);
        var unfinished = MailFolder.Unfinished(settings.MailFolder, message.Id);
        try
        {
            using var letter = Letter.Of(mail, settings.MailFrom, message.Id, message.CreatedAt);
            OwnerOnly.CreateFolder(settings.MailFolder);
            OwnerOnly.Write(unfinished, Letter.Bytes(letter));
            File.Move(unfinished, path, overwrite: true);
            return SendResult.Sent;
        }
        catch (ParseException malformed)
        {
            return new SendResult(SendStatus.Refused, $"Message {message.Id} has no address that mail can go to: {malformed.Message}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            MailFolder.Discard(unfinished);
            return new SendResult(SendStatus.NotSent, $"MailFolder {settings.MailFolder} takes no mail: {Reason(failure, unfinished)}");
        }
    }

    // The same for every mail, whose file has a name of its own: one cause is one line of the log.
    private string Reason(Exception failure, string unfinished) =>
        failure.Message.Replace(unfinished, settings.MailFolder, StringComparison.Ordinal).Replace(
            Path.GetFileName(unfinished), "", StringComparison.Ordinal);
}
