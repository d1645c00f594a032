using System.Net.Sockets;
using System.Text.RegularExpressions;
using FunctionsConsumers.EffectivelyOnce;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>
/// What a failed send means. An answer of the server is a verdict: whatever it answers but success, it has not taken the
/// mail (RFC 5321, 4.2.1 and 4.2.5). Without one the mail was certainly not sent until the server had asked for its text,
/// and is in doubt from then on.
/// </summary>
internal static partial class SmtpOutcome
{
    /// <summary>
    /// Judges a failure. <paramref name="isOpened" /> says whether the server had been reached, greeted and logged in to.
    /// </summary>
    public static SendResult Of(Exception failure, SmtpConnection connection, MailSettings settings, bool isOpened, TimeSpan timeout)
    {
        var server = $"SmtpHost {settings.SmtpHost}:{settings.SmtpPort}";
        // The detail goes to the log, and servers like to quote the recipient.
        var said = Address().Replace(Innermost(failure).Message.ReplaceLineEndings(" ").Trim(), "<address>");
        return failure switch
        {
            SmtpCommandException refused => OfAnswer((int)refused.StatusCode, server, said, connection.MayHaveTaken),
            _ when connection.MayHaveTaken => failure is OperationCanceledException
                ? new SendResult(SendStatus.Unknown, $"{server} did not say within {timeout.TotalSeconds:0.#} s whether it took the mail.")
                : new SendResult(SendStatus.Unknown, $"{server} broke off while it took the mail: {said}"),
            OperationCanceledException => new SendResult(
                SendStatus.NotSent,
                $"{server} did not answer within {timeout.TotalSeconds:0.#} s, check SmtpHost and SmtpPort; it has nothing of the mail."),
            AuthenticationException =>
                new SendResult(SendStatus.NotSent, $"{server} refuses the login, check SmtpUsername and SmtpPassword: {said}"),
            SslHandshakeException =>
                new SendResult(SendStatus.NotSent, $"{server}: TLS failed, check SmtpTls, SmtpPort and the server's certificate: {said}"),
            NotSupportedException when !isOpened => new SendResult(
                SendStatus.NotSent, $"{server} does not offer what is asked of it, check SmtpTls, SmtpPort and SmtpUsername: {said}"),
            NotSupportedException => new SendResult(SendStatus.Refused, $"{server} cannot take the mail: {said}"),
            SocketException => new SendResult(SendStatus.NotSent, $"{server} cannot be reached, check SmtpHost and SmtpPort: {said}"),
            _ => new SendResult(SendStatus.NotSent, $"{server} broke off before it had anything of the mail: {said}"),
        };
    }

    [GeneratedRegex(@"<?[^\s<>]+@[^\s<>]+>?")]
    private static partial Regex Address();

    /// <summary>
    /// Whether a connection that was kept was lost, or is to be lost, before a mail was given to the server: another one is worth a
    /// try.
    /// </summary>
    public static bool IsHungUp(Exception failure) =>
        failure is SmtpProtocolException or IOException or SocketException
            or SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable };

    private static SendResult OfAnswer(int answer, string server, string said, bool mayHaveTaken) => answer switch
    {
        // Not this mail is refused but the login: no person need look at every mail for it.
        530 or 534 or 535 or 538 =>
            new SendResult(SendStatus.NotSent, $"{server} wants another login, check SmtpUsername, SmtpPassword and SmtpTls: {said}"),
        >= 400 and <= 499 => new SendResult(SendStatus.NotSent, $"{server} cannot take the mail now: {said}"),
        >= 500 and <= 599 => new SendResult(SendStatus.Refused, $"{server} refused the mail: {said}"),
        _ => new SendResult(mayHaveTaken ? SendStatus.Unknown : SendStatus.NotSent, $"{server} answers what nobody understands: {said}"),
    };

    private static Exception Innermost(Exception failure) => failure.InnerException is { } inner ? Innermost(inner) : failure;
}
