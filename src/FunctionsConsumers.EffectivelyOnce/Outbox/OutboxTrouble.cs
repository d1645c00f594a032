using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Says why messages are not sent: one line for each cause, not for each message, with how many messages wait for it. The line comes
/// again after some seconds, when all have been tried, and then every minute for as long as the cause lasts.
/// </summary>
internal sealed partial class OutboxTrouble(string group, TimeProvider time, ILogger logger)
{
    // If reasons name each message's receiver, each is a cause of its own. Past this many of a kind they share a line.
    private const int MostCauses = 5;

    private static readonly TimeSpan BeforeSecond = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BeforeNext = TimeSpan.FromMinutes(1);

    // If a message was not tried here for so long, another host has it by now.
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(15);

    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private readonly List<Cause> _causes = [];
    private readonly Dictionary<string, Cause> _byMessage = new(StringComparer.Ordinal);
    private long _prunedAt;

    /// <summary>A message was not sent. <paramref name="reason" /> is null if nobody tried.</summary>
    public void Note(OutboxMessage message, MessageFate fate, string? reason)
    {
        if (reason is null)
        {
            return;
        }

        lock (_gate)
        {
            Leave(message.Id);
            var cause = CauseOf(message.Kind, fate, reason);
            cause.Messages[message.Id] = time.GetTimestamp();
            cause.Tries++;
            _byMessage[message.Id] = cause;
        }
    }

    /// <summary>A message was sent.</summary>
    public void Over(OutboxMessage message)
    {
        lock (_gate)
        {
            Leave(message.Id);
        }
    }

    /// <summary>Says what is new, or has not been said for a while.</summary>
    public void Tell()
    {
        lock (_gate)
        {
            Prune();
            foreach (var cause in _causes)
            {
                if (IsDue(cause))
                {
                    Tell(cause);
                }
            }
        }
    }

    private void Tell(Cause cause)
    {
        var count = cause.Messages.Count;
        switch (cause.Fate)
        {
            case MessageFate.Waits:
                LogNotSent(group, cause.Kind, count, cause.Tries, cause.Reason);
                break;
            case MessageFate.InDoubt:
                LogInDoubt(group, cause.Kind, count, cause.Tries, cause.Reason);
                break;
            default:
                LogParked(group, cause.Kind, count, cause.Messages.Keys.First(), cause.Reason);

                // A person decides about them. The next line is about others.
                foreach (var id in cause.Messages.Keys)
                {
                    Leave(id);
                }

                break;
        }

        (cause.Lines, cause.SaidAt, cause.Tries) = (cause.Lines + 1, time.GetTimestamp(), 0);
    }

    // A cause is over when nothing waits for it. If it comes again within a minute, it is still the same cause.
    private void Prune()
    {
        if (time.GetElapsedTime(_prunedAt) < BeforeNext)
        {
            return;
        }

        _prunedAt = time.GetTimestamp();
        foreach (var (id, cause) in _byMessage)
        {
            if (time.GetElapsedTime(cause.Messages[id]) > Forgotten)
            {
                Leave(id);
            }
        }

        _causes.RemoveAll(cause => cause.Messages.Count == 0 && cause.Tries == 0 && time.GetElapsedTime(cause.SaidAt) >= BeforeNext);
    }

    private bool IsDue(Cause cause) => cause.Tries > 0 && cause.Messages.Count > 0
        && (cause.Lines == 0 || time.GetElapsedTime(cause.SaidAt) >= (cause.Lines == 1 ? BeforeSecond : BeforeNext));

    private Cause CauseOf(string kind, MessageFate fate, string reason)
    {
        var alike = _causes.FindAll(cause => cause.Kind == kind && cause.Fate == fate);
        if (alike.Find(cause => string.Equals(cause.Reason, reason, StringComparison.Ordinal)) is { } known)
        {
            return known;
        }

        if (alike.Count < MostCauses)
        {
            var cause = new Cause(kind, fate, reason);
            _causes.Add(cause);
            return cause;
        }

        alike[^1].Reason = reason;
        return alike[^1];
    }

    private void Leave(string id)
    {
        if (_byMessage.Remove(id, out var cause))
        {
            cause.Messages.Remove(id);
        }
    }

    [LoggerMessage(12, LogLevel.Warning, "{Group}: {Kind} messages that were not sent and wait: {Messages} (tries: {Tries}): {Reason}")]
    private partial void LogNotSent(string group, string kind, int messages, int tries, string reason);

    [LoggerMessage(
        13, LogLevel.Warning,
        "{Group}: {Kind} messages that may have been taken and are sent again: {Messages} (tries: {Tries}): {Reason}")]
    private partial void LogInDoubt(string group, string kind, int messages, int tries, string reason);

    [LoggerMessage(
        14, LogLevel.Error,
        "{Group}: {Kind} messages parked, for a person to decide: {Messages} (fc outbox list has them, such as {Id}): {Reason}")]
    private partial void LogParked(string group, string kind, int messages, string id, string reason);

    private sealed class Cause(string kind, MessageFate fate, string reason)
    {
        public string Kind => kind;

        public MessageFate Fate => fate;

        public string Reason { get; set; } = reason;

        public Dictionary<string, long> Messages { get; } = new(StringComparer.Ordinal);

        public int Tries { get; set; }

        public int Lines { get; set; }

        public long SaidAt { get; set; }
    }
}

/// <summary>What becomes of a message that was not sent.</summary>
internal enum MessageFate
{
    /// <summary>It certainly was not taken, and is sent again.</summary>
    Waits,

    /// <summary>It may have been taken, and is sent again.</summary>
    InDoubt,

    /// <summary>It is left for a person.</summary>
    Parked,
}
