using System.Net.Mail;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>
/// What a failed send means. A reply of the server is a verdict: whatever it answers but success, it has not taken the
/// mail (RFC 5321, 4.2.1 and 4.2.5). No connection means not sent. Anything else may have happened after the mail's last
/// byte, and is unknown.
/// </summary>
internal static partial class SmtpOutcome
{
    /// <summary>Judges a failure.</summary>
    /// <param name="failure">What SmtpClient threw.</param>
    /// <param name="settings">The settings, named in the details.</param>
    /// <returns>The outcome.</returns>
    public static SendResult Of(SmtpException failure, MailSettings settings)
    {
        var server = $"SmtpHost {settings.SmtpHost}:{settings.SmtpPort}";
        // The detail goes to the log, and servers like to quote the recipient.
        var said = Address().Replace(Causes(failure).Last().Message.ReplaceLineEndings(" ").Trim(), "<address>");
        return (int)failure.StatusCode switch
        {
            // Not this mail is refused but the login: no person need look at every mail for it.
            530 or 534 or 535 or 538 => new SendResult(SendStatus.NotSent, $"{server} wants another login, check SmtpUsername, SmtpPassword and SmtpTls: {said}"),
            >= 400 and <= 499 => new SendResult(SendStatus.NotSent, $"{server} cannot take the mail now: {said}"),
            >= 500 and <= 599 => new SendResult(SendStatus.Refused, $"{server} refused the mail: {said}"),
            _ when Causes(failure).Any(cause => cause is AuthenticationException) =>
                new SendResult(SendStatus.NotSent, $"{server}: TLS failed, check SmtpTls and the server's certificate: {said}"),
            _ when IsNoConnection(failure) => new SendResult(SendStatus.NotSent, $"{server} cannot be reached, check SmtpHost and SmtpPort: {said}"),
            _ when settings.SmtpTls && failure.InnerException is null =>
                new SendResult(SendStatus.NotSent, $"{server} offers no STARTTLS, check SmtpTls and SmtpPort: {said}"),
            _ => new SendResult(SendStatus.Unknown, $"{server} broke off: {said}"),
        };
    }

    [GeneratedRegex(@"<?[^\s<>]+@[^\s<>]+>?")]
    private static partial Regex Address();

    // A connection that was there and broke is an IOException around the socket's; one that never was is the socket's alone.
    private static bool IsNoConnection(Exception failure) =>
        Causes(failure).Any(cause => cause is SocketException) && !Causes(failure).Any(cause => cause is IOException);

    private static IEnumerable<Exception> Causes(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            yield return failure;
        }
    }
}
