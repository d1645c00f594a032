using MailKit;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>
/// Watches a connection for the moment from which the server may have taken a mail: its answer 354, after which the mail's
/// text goes out. Before that a server has nothing of a mail but its addresses (RFC 5321, 3.3), so the mail was not sent.
/// </summary>
internal sealed class SmtpTrace : IProtocolLogger
{
    /// <summary>Whether the server asked for the mail's text.</summary>
    public bool MayHaveTaken { get; private set; }

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <summary>Another mail begins.</summary>
    public void Begin() => MayHaveTaken = false;

    public void LogServer(byte[] buffer, int offset, int count) => MayHaveTaken |= buffer.AsSpan(offset, count).StartsWith("354"u8);

    public void LogConnect(Uri uri)
    {
        // What matters comes from the server.
    }

    public void LogClient(byte[] buffer, int offset, int count)
    {
        // What matters comes from the server.
    }

    public void Dispose()
    {
        // Holds nothing.
    }
}
