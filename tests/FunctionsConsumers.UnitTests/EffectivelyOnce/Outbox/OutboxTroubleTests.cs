using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;

public sealed class OutboxTroubleTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Lines _lines = new();
    private readonly OutboxTrouble _trouble;

    public OutboxTroubleTests() => _trouble = new OutboxTrouble("notification", _time, _lines);

    private static OutboxMessage Message(int id) => new($"m{id}", "email", "notification", "s", [], DateTimeOffset.UnixEpoch);

    private void Try(int messages, string? reason, MessageFate fate = MessageFate.Waits)
    {
        for (var id = 0; id < messages; id++)
        {
            _trouble.Note(Message(id), fate, reason);
        }

        _trouble.Tell();
    }

    [Fact]
    public void A_cause_is_one_line_with_how_many_messages_wait_for_it_and_again_every_minute()
    {
        Try(12, "SmtpHost h:25 cannot be reached");
        for (var seconds = 0; seconds < 120; seconds += 2)
        {
            Try(276, "SmtpHost h:25 cannot be reached");
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(3, _lines.Count);
        Assert.StartsWith("notification: email messages that were not sent and wait: 12 (tries: 12): SmtpHost h:25", _lines[0],
            StringComparison.Ordinal);
        Assert.StartsWith("notification: email messages that were not sent and wait: 276 (", _lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_sent_does_not_wait_any_more()
    {
        Try(10, "away");
        _trouble.Over(Message(3));
        _time.Advance(TimeSpan.FromSeconds(6));
        _trouble.Note(Message(1), MessageFate.Waits, "away");
        _trouble.Tell();

        Assert.StartsWith("notification: email messages that were not sent and wait: 9 (", _lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Another_cause_is_another_line_at_once()
    {
        Try(1, "away");
        Try(1, "login refused");

        Assert.Equal(2, _lines.Count);
    }

    [Fact]
    public void Reasons_that_name_each_messages_receiver_share_lines()
    {
        for (var id = 0; id < 276; id++)
        {
            _trouble.Note(Message(id), MessageFate.Waits, $"450 a{id}@example.org: later");
        }

        _trouble.Tell();

        Assert.Equal(5, _lines.Count);
        Assert.Equal(
            276, _lines.Sum(line => int.Parse(line.Split("wait: ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Parked_messages_are_told_once_and_none_is_left_out()
    {
        Try(2, "refused: 550", MessageFate.Parked);
        _trouble.Note(Message(7), MessageFate.Parked, "refused: 550");
        _trouble.Tell();
        Assert.Single(_lines);

        _time.Advance(TimeSpan.FromMinutes(1));
        _trouble.Tell();
        _trouble.Tell();

        Assert.Equal(2, _lines.Count);
        Assert.StartsWith(
            "notification: email messages parked, for a person to decide: 1 (fc outbox list has them, such as m7): refused: 550",
            _lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_whose_turn_did_not_come_is_no_trouble()
    {
        Try(5, null);

        Assert.Empty(_lines);
    }

    private sealed class Lines : List<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Add(formatter(state, exception));
    }
}
