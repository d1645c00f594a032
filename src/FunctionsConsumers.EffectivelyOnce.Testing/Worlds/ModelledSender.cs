using FunctionsConsumers.EffectivelyOnce.DeadLetters;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>Sends messages of one kind to the world's receiver.</summary>
internal sealed class ModelledSender(Life life, string kind, InDoubtPolicy? inDoubt) : IMessageSender
{
    public string Kind => kind;

    public InDoubtPolicy? InDoubt => inDoubt;

    // The histories are about claims and answers; who waits for whom is the unit tests' matter.
    public int? SendsAtOnce => 400;

    public static IEnumerable<IMessageSender> All(Life life) =>
        life.Kinds.Select(kind => new ModelledSender(life, kind.Key, kind.Value))
            .Append(new ModelledSender(life, DeadLetter.Kind, InDoubtPolicy.Resend));

    public Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        life.World.OnOwnThread();
        var send = new SendOperation(life, message, timeout, cancellationToken);
        life.World.Operations.Add(send);
        life.World.Oracle.OnSendBegins(send);
        return send.Answer;
    }
}
