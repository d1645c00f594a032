using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;

namespace FunctionsConsumers.SimulationTests.Log;

/// <summary>Sends messages of one kind to the world's receiver.</summary>
internal sealed class ModelledSender(Life life, string kind, InDoubtPolicy? inDoubt) : IMessageSender
{
    public const string Resent = "resent";
    public const string ParkedKind = "parked";

    public string Kind => kind;

    public InDoubtPolicy? InDoubt => inDoubt;

    // The histories are about claims and answers; who waits for whom is the unit tests' matter.
    public int? SendsAtOnce => 400;

    public static IEnumerable<IMessageSender> All(Life life) =>
    [
        new ModelledSender(life, Resent, null),
        new ModelledSender(life, DeadLetter.Kind, InDoubtPolicy.Resend),
        .. life.IsOfOldVersion ? [] : (IEnumerable<IMessageSender>)[new ModelledSender(life, ParkedKind, InDoubtPolicy.Park)],
    ];

    /// <summary>Whether a life leaves a message of a kind to a person when it claims it and comes to doubt.</summary>
    public static bool Parks(Life life, string kind) => kind == ParkedKind || (kind == Resent && life.IsOfOldVersion);

    public Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        life.World.OnOwnThread();
        var send = new SendOperation(life, message, timeout, cancellationToken);
        life.World.Operations.Add(send);
        life.World.Oracle.OnSendBegins(send);
        return send.Answer;
    }
}
