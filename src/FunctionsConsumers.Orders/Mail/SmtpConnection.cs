using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>One connection to the mail server, for one mail at a time.</summary>
internal sealed class SmtpConnection(MailSettings settings) : IDisposable
{
    private readonly SmtpTrace _trace = new();
    private SmtpClient? _client;
    private bool _isReady;

    /// <summary>Whether it was kept from an earlier use: a server may have hung up on it since.</summary>
    public bool IsKept { get; private set; }

    /// <summary>When its last use was over, on the monotonic clock.</summary>
    public long IdleSince { get; private set; }

    /// <summary>Whether it can take a mail: the server was greeted and logged in to, and has not hung up as far as is known.</summary>
    public bool IsOpen => _isReady && _client is { IsConnected: true };

    /// <summary>Whether the server may have taken the mail of the last send.</summary>
    public bool MayHaveTaken => _trace.MayHaveTaken;

    /// <summary>Another mail begins.</summary>
    public void Begin() => _trace.Begin();

    /// <summary>Connects, greets and logs in.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        // Nothing is asked of the authorities that signed the server's certificate: their being away would keep mails waiting.
        _client = new SmtpClient(_trace) { CheckCertificateRevocation = false };
        var tls = !settings.SmtpTls ? SecureSocketOptions.None
            : settings.SmtpPort == MailSettings.ImplicitTlsPort ? SecureSocketOptions.SslOnConnect
            : SecureSocketOptions.StartTls;
        await _client.ConnectAsync(settings.SmtpHost!, settings.SmtpPort, tls, cancellationToken);

        // By BDAT no answer of the server tells when it has got a mail's first byte.
        _client.Capabilities &= ~SmtpCapabilities.Chunking;
        if (settings.SmtpUsername is { } username)
        {
            await _client.AuthenticateAsync(username, settings.SmtpPassword ?? "", cancellationToken);
        }

        _isReady = true;
    }

    /// <summary>Sends a mail.</summary>
    public Task SendAsync(MimeMessage letter, CancellationToken cancellationToken) => _client!.SendAsync(letter, cancellationToken);

    /// <summary>Keeps it for the next mail.</summary>
    public void Keep(long now) => (IsKept, IdleSince) = (true, now);

    /// <inheritdoc />
    public void Dispose()
    {
        _isReady = false;
        _client?.Dispose();
    }
}
