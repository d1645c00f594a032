namespace FunctionsConsumers.Orders.Mail;

/// <summary>Open connections to the mail server, kept for the next mail. As many as mails are sent side by side.</summary>
internal sealed class SmtpConnections(MailSettings settings, TimeProvider time) : IDisposable
{
    // Servers hang up on idle clients, the strictest after some tens of seconds.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Stack<SmtpConnection> _idle = [];
    private bool _isDisposed;

    /// <summary>Takes a connection that was kept, or makes one.</summary>
    public SmtpConnection Take(bool anew)
    {
        lock (_gate)
        {
            while (!anew && _idle.TryPop(out var kept))
            {
                if (time.GetElapsedTime(kept.IdleSince) < LongestIdle)
                {
                    return kept;
                }

                kept.Dispose();
            }
        }

        return new SmtpConnection(settings);
    }

    /// <summary>Gives a connection back, for the next mail.</summary>
    public void Return(SmtpConnection connection)
    {
        lock (_gate)
        {
            if (connection.IsOpen && !_isDisposed)
            {
                connection.Keep(time.GetTimestamp());
                _idle.Push(connection);
                return;
            }
        }

        connection.Dispose();
    }

    /// <summary>Hangs up on the server where nobody has sent a mail for a while.</summary>
    public void CloseIdle()
    {
        lock (_gate)
        {
            if (_idle.Count > 0 && time.GetElapsedTime(_idle.Peek().IdleSince) >= LongestIdle)
            {
                Clear();
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Clear();
        }
    }

    private void Clear()
    {
        while (_idle.TryPop(out var connection))
        {
            connection.Dispose();
        }
    }
}
