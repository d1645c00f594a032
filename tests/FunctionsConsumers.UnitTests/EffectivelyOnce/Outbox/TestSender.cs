using System.Collections.Concurrent;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;

/// <summary>Sends messages of one kind as a test says.</summary>
internal sealed class TestSender(string kind, InDoubtPolicy? inDoubt = null) : IMessageSender
{
    public string Kind => kind;

    public InDoubtPolicy? InDoubt => inDoubt;

    public SendResult Result { get; set; } = SendResult.Sent;

    public Func<OutboxMessage, SendResult>? ResultOf { get; set; }

    public Action? OnSend { get; set; }

    /// <summary>What a send waits for; null for nothing.</summary>
    public Task? Hangs { get; set; }

    /// <summary>Every send that began.</summary>
    public ConcurrentQueue<OutboxMessage> Tried { get; } = new();

    public async Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Tried.Enqueue(message);
        OnSend?.Invoke();
        await (Hangs ?? Task.CompletedTask);
        return ResultOf?.Invoke(message) ?? Result;
    }
}
