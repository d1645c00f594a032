using FunctionsConsumers.EffectivelyOnce;
using MimeKit;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>
/// Sends mails by SMTP, many on one connection. Where a server has hung up on a connection that was kept, the mail goes out
/// on another one at once: until the server asked for its text, nothing of it was sent.
/// </summary>
/// <param name="settings">The server and the sender.</param>
/// <param name="time">The clock that ends a send.</param>
public sealed class SmtpSender(MailSettings settings, TimeProvider time) : IMessageSender, IDisposable
{
    // A server that takes longer than this to greet is away, whatever a mail's own time is.
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);

    // For so long after a server could not be reached nobody asks it again: the mails that wait get the same answer.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly SmtpConnections _connections = new(settings, time);
    private Away? _away;

    /// <inheritdoc />
    public string Kind => EmailPayload.Kind;

    /// <summary>
    /// Left to the setting <c>EffectivelyOnce__InDoubt</c>: a mail that is sent again carries the same <c>Message-ID</c>.
    /// </summary>
    public InDoubtPolicy? InDoubt => null;

    /// <inheritdoc />
    public async Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (EmailPayload.TryRead(message.Payload) is not { } mail)
        {
            return new SendResult(
                SendStatus.Refused, $"Message {message.Id} is no e-mail: its payload is not to, subject and text in JSON.");
        }

        try
        {
            using var letter = Letter.Of(mail, settings.MailFrom, message.Id, message.CreatedAt);
            return await SendAsync(letter, timeout, cancellationToken);
        }
        catch (ParseException malformed)
        {
            return new SendResult(SendStatus.Refused, $"Message {message.Id} has no address that mail can go to: {malformed.Message}");
        }
    }

    /// <summary>
    /// Connects to the server, greets it and logs in, and sends nothing: what is wrong is known before a mail waits for it.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null where the server can be given mails; else what is wrong, in one line.</returns>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        var connection = _connections.Take(anew: true);
        var result = await OpenAsync(connection, OpenTimeout, cancellationToken);
        _connections.Return(connection);
        return result?.Detail;
    }

    /// <summary>Hangs up on the server where nobody has sent a mail for a while.</summary>
    internal void CloseIdle() => _connections.CloseIdle();

    /// <inheritdoc />
    public void Dispose() => _connections.Dispose();

    private async Task<SendResult> SendAsync(MimeMessage letter, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        for (var anew = false; ; anew = true)
        {
            var connection = _connections.Take(anew);
            try
            {
                if (!connection.IsOpen && await OpenAsync(connection, timeout, cancellationToken) is { } closed)
                {
                    return closed;
                }

                if (await SendAsync(connection, letter, timeout - time.GetElapsedTime(since), cancellationToken) is { } result)
                {
                    return result;
                }
            }
            finally
            {
                _connections.Return(connection);
            }
        }
    }

    // Null: the server is open.
    private async Task<SendResult?> OpenAsync(SmtpConnection connection, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_away is { } away && time.GetElapsedTime(away.Since) < Pause)
        {
            return away.Result;
        }

        var most = timeout < OpenTimeout ? timeout : OpenTimeout;
        using var limit = new Limit(most, time, cancellationToken);
        try
        {
            await connection.OpenAsync(limit.Token);
            _away = null;
            return null;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            var result = SmtpOutcome.Of(failure, connection, settings, isOpened: false, most);
            _away = new Away(result, time.GetTimestamp());
            return result;
        }
    }

    // Null: the server had hung up on a connection that was kept, before it had anything of the mail.
    private async Task<SendResult?> SendAsync(
        SmtpConnection connection, MimeMessage letter, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new Limit(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, time, cancellationToken);
        try
        {
            connection.Begin();
            await connection.SendAsync(letter, limit.Token);
            return SendResult.Sent;
        }
        catch (Exception failure) when (connection.IsKept && !connection.MayHaveTaken && SmtpOutcome.IsHungUp(failure))
        {
            connection.Dispose();
            return null;
        }
        catch (Exception failure)
        {
            if (limit.Token.IsCancellationRequested)
            {
                connection.Dispose();
            }

            return SmtpOutcome.Of(failure, connection, settings, isOpened: true, timeout);
        }
    }

    /// <summary>What was said of a server that could not be reached, and when.</summary>
    private sealed record Away(SendResult Result, long Since);

    /// <summary>The caller's wish to stop, or a time, whichever comes first.</summary>
    private sealed class Limit : IDisposable
    {
        private readonly CancellationTokenSource _late;
        private readonly CancellationTokenSource _over;

        public Limit(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
        {
            _late = new CancellationTokenSource(timeout, time);
            _over = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, cancellationToken);
        }

        public CancellationToken Token => _over.Token;

        public void Dispose()
        {
            _over.Dispose();
            _late.Dispose();
        }
    }
}
