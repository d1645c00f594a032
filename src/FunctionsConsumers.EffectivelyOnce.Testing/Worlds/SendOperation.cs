
namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>A message on its way to its receiver, and the receiver's answer on its way back.</summary>
internal sealed class SendOperation(Life life, OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    : Operation(life, () => $"send {message.Kind} {message.Id[..6]}", cancellationToken)
{
    private readonly TaskCompletionSource<SendResult> _answer = new();
    private bool _received;

    /// <summary>When the sender gives up.</summary>
    public TimeSpan End { get; } = life.World.Clock.Now + timeout;

    public OutboxMessage Message => message;

    public Task<SendResult> Answer => _answer.Task;

    /// <summary>What the life was told; null while it was told nothing.</summary>
    public SendStatus? Told { get; private set; }

    public override string Phase => base.Phase + (_received ? "r" : "");

    public override bool OnlyAnswerLeft => true;

    public override void Act()
    {
        var faults = Life.World.Faults;
        if (Life.World.Clock.Now >= End || Cancelled)
        {
            // The sender gives up. What it sent may arrive later all the same.
            Late();
            Tell(SendStatus.Unknown, "time-out");
            return;
        }

        var course = Life.World.Choices.Pick([100, faults.SlowAnswer / 4, faults.SendInDoubt, faults.SendInDoubt / 2,
            _received ? 0 : faults.SendNotTaken, _received ? 0 : faults.SendRefused, faults.SendLate]);
        Life.World.Faulted(course > 1);
        switch (course)
        {
            case 0:
                Receive();
                Tell(SendStatus.Sent, null);
                break;
            case 1:
                Receive();
                break;
            case 2:
                Receive();
                Tell(SendStatus.Unknown, "no answer, though it was taken");
                break;
            case 3:
                Tell(SendStatus.Unknown, "no answer");
                break;
            case 4:
                Tell(SendStatus.NotSent, "not now");
                break;
            case 5:
                Tell(SendStatus.Refused, "never");
                break;
            default:
                Late();
                Tell(SendStatus.Unknown, "time-out");
                break;
        }
    }

    public override void Abandon() => Late();

    private void Late()
    {
        if (!_received)
        {
            Life.World.ReceiveLate(this);
        }
    }

    private void Receive()
    {
        if (!_received)
        {
            _received = true;
            Life.World.Oracle.OnReceived(this);
        }
    }

    private void Tell(SendStatus status, string? detail)
    {
        Told = status;
        Completes(() => status + (detail is null ? "" : ": " + detail));

        // A sender may say that it does not know, or throw: both mean the same.
        if (status == SendStatus.Unknown && detail != "no answer")
        {
            _answer.SetException(new TimeoutException(detail));
        }
        else
        {
            _answer.SetResult(status == SendStatus.Sent ? SendResult.Sent : new SendResult(status, detail));
        }
    }
}
