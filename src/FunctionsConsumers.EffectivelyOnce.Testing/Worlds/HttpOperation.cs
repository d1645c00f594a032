using FunctionsConsumers.EffectivelyOnce.Testing.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// One try of the client on its way, and its answer on its way back. Either may be lost, late, twice, cut off, or refused
/// by a service that is busy, in whole or in a part; what the client makes of that is the client's own doing.
/// </summary>
/// <param name="life">Who waits.</param>
/// <param name="call">What is asked.</param>
/// <param name="wasBusy">Whether the service was busy at the try before: it hardly ever is for one moment alone.</param>
/// <param name="cancellationToken">Gives up waiting.</param>
internal sealed class HttpOperation(Life life, ServiceCall call, bool wasBusy, CancellationToken cancellationToken)
    : Operation(life, call.Label, cancellationToken)
{
    private const int StillBusy = 150;

    private readonly TaskCompletionSource<HttpResponseMessage> _answer = new();
    private ServiceAnswer? _served;

    public Task<HttpResponseMessage> Answer => _answer.Task;

    /// <summary>Whether the service was too busy to serve it.</summary>
    public bool WasBusy { get; private set; }

    public override bool OnlyAnswerLeft => _served is not null;

    private Choices Choices => Life.World.Choices;

    public override void Act()
    {
        if (_served is null && (Life.IsPaused || Life.World.IsThrottled))
        {
            // A paused life takes no answer, but what it has sent is handled all the same.
            _served = Life.World.IsThrottled ? Busy() : Serve();
        }

        if (Life.IsPaused)
        {
            return;
        }

        if (_served is not null)
        {
            Return(_served);
            return;
        }

        var faults = Life.World.Faults;
        var busy = call.Transaction is null ? faults.FailedRead : faults.FailedBefore;
        busy = wasBusy && busy > 0 ? StillBusy : busy;
        var (plain, givenUp) = Cancelled ? (20, 100) : (100, 0);
        var course = call.Transaction is not null
            ? Choices.Pick([
                plain, faults.SlowAnswer, busy, faults.Forbidden / 2, faults.LostAnswer, faults.LateCommit, faults.SdkRetry, givenUp,
                faults.Twice])
            : Choices.Pick([plain, faults.SlowAnswer, busy, faults.Forbidden / 2, faults.FailedRead, 0, 0, givenUp]);
        Life.World.Faulted(course is (>= 2 and <= 6) or 8);
        switch (course)
        {
            case 0:
                Return(Serve());
                break;
            case 1:
                _served = Serve();
                break;
            case 2:
                Complete(Busy());
                break;
            case 3:
                Complete(ServiceAnswer.Refusal(403, "AuthorizationFailure"));
                break;
            case 4:
                Break(Serve());
                break;
            case 5:
                Life.World.SendLate(call.Transaction!);
                Break(null);
                break;
            case 6:
                // The second time before its answer, or after it.
                Life.World.Happenings.On(Happening.RequestExecutedTwiceByTheClientsService);
                _served = Serve();
                Life.World.SendLate(call.Transaction!);
                Life.World.Note(Life.Name, $"{Label} is on its way twice");
                break;
            case 8:
                var answer = Serve();
                Life.World.Happenings.On(Happening.RequestExecutedTwiceByTheClientsService);
                Life.World.SendLate(call.Transaction!);
                Life.World.Note(Life.Name, $"{Label} is on its way twice");
                Return(answer);
                break;
            default:
                Abandon();
                GiveUp();
                break;
        }
    }

    public override void Abandon()
    {
        if (_served is null && call.Transaction is { } transaction)
        {
            Life.World.SendLate(transaction);
        }
    }

    private ServiceAnswer Serve()
    {
        var answer = call.Serve();
        Life.World.Note("table", $"{Label} of {Life.Name}: {answer.Said}");
        return answer;
    }

    private void Return(ServiceAnswer answer)
    {
        var faults = Life.World.Faults;
        var lost = call.Transaction is null ? faults.FailedRead : faults.LostAnswer;
        switch (Choices.Pick([Cancelled ? 20 : 100, lost / 2, Cancelled ? 100 : 0]))
        {
            case 0:
                Complete(answer);
                break;
            case 1:
                Break(answer);
                break;
            default:
                GiveUp();
                break;
        }
    }

    // Throttled, as a whole or in a part, overloaded or broken, here or in front of it.
    private ServiceAnswer Busy()
    {
        WasBusy = true;
        return Choices.Pick([4, call.Transaction is null ? 0 : 4, 1, 1, 1]) switch
        {
            0 => ServiceAnswer.Refusal(503, "ServerBusy"),
            1 => ServiceAnswer.FailedPart(Choices.Below(call.Transaction!.Operations.Count), 503, "ServerBusy"),
            2 => ServiceAnswer.Refusal(429, "TooManyRequests"),
            3 => ServiceAnswer.Refusal(500, "InternalError"),
            _ => ServiceAnswer.OfProxy(502),
        };
    }

    private void Break(ServiceAnswer? answer)
    {
        switch (Choices.Pick([1, 1, answer is null ? 0 : 1, answer is null ? 0 : 1]))
        {
            case 0:
                Completes(() => "time-out");
                _answer.SetException(new TaskCanceledException("The modelled network gives no answer in time."));
                break;
            case 1:
                Completes(() => "connection lost");
                _answer.SetException(new HttpRequestException(HttpRequestError.ConnectionError, "The modelled network broke."));
                break;
            case 2:
                Complete(answer!, breaks: true);
                break;
            default:
                Complete(answer!, breaks: false, cut: true);
                break;
        }
    }

    private void Complete(ServiceAnswer answer, bool breaks = false, bool cut = false)
    {
        var length = breaks || cut ? answer.Body.Length * Choices.Below(8) / 8 : answer.Body.Length;
        Completes(() => answer.Said + (breaks ? ", broken off" : cut ? ", cut off" : ""));
        _answer.SetResult(answer.ToResponse(length, breaks));
    }

    private void GiveUp()
    {
        Completes(() => "cancelled");
        _answer.SetCanceled(new CancellationToken(canceled: true));
    }
}
