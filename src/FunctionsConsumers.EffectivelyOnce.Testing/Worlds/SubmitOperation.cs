using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>A transaction on its way, and its answer on its way back.</summary>
internal sealed class SubmitOperation(Life life, Func<string> label, TransactionRequest request, CancellationToken cancellationToken)
    : Operation(life, label, cancellationToken)
{
    private readonly TaskCompletionSource<SubmitResult> _answer = new();
    private SubmitResult? _result;

    public Task<SubmitResult> Answer => _answer.Task;

    public override string Phase => base.Phase + (_result is null ? "" : "s" + _result.Status);

    public override bool OnlyAnswerLeft => _result is not null;

    public override void Act()
    {
        var faults = Life.World.Faults;
        if (_result is not null)
        {
            Return();
            return;
        }

        if (Life.World.IsThrottled)
        {
            _result = Unknown("503 ServerBusy");
        }

        // A paused life takes no answer, but what it has sent is handled all the same.
        else if (Life.IsPaused)
        {
            Serve();
        }

        if (Life.IsPaused)
        {
            return;
        }

        if (_result is not null)
        {
            Complete(_result);
            return;
        }

        var course = Life.World.Choices.Pick([
            Cancelled ? 20 : 100, faults.SlowAnswer, faults.LostAnswer, faults.FailedBefore, faults.LateCommit, faults.SdkRetry,
            faults.Forbidden / 2, Cancelled ? 100 : 0, faults.Twice]);
        Life.World.Faulted(course is (>= 2 and <= 6) or 8);
        switch (course)
        {
            case 0:
                Serve();
                Complete(_result!);
                break;
            case 1:
                Serve();
                break;
            case 2:
                Serve();
                Complete(Unknown("time-out"));
                break;
            case 3:
                Complete(Unknown("503, to it or to a part of it"));
                break;
            case 4:
                Life.World.SendLate(request);
                Complete(Unknown("time-out"));
                break;
            case 5:
                Life.World.SendLate(request);
                Life.World.Note(Life.Name, $"{Label} sent again by the SDK");
                break;
            case 8:
                Life.World.Happenings.On(Happening.RequestExecutedTwice);
                Serve();
                Life.World.SendLate(request);
                Life.World.Note(Life.Name, $"{Label} is on its way twice");
                Complete(_result!);
                break;
            case 6:
                Complete(new SubmitResult(SubmitStatus.Misconfigured, [], "403 for a while"));
                break;
            default:
                Life.World.SendLate(request);
                Complete(Unknown("cancelled"));
                break;
        }
    }

    public override void Abandon()
    {
        if (_result is null)
        {
            Life.World.SendLate(request);
        }
    }

    private void Return()
    {
        var faults = Life.World.Faults;
        switch (Life.World.Choices.Pick([Cancelled ? 20 : 100, faults.LostAnswer, faults.SdkRetry, Cancelled ? 100 : 0]))
        {
            case 0:
                Complete(_result!);
                break;
            case 1:
                Complete(Unknown("time-out"));
                break;
            case 2:
                // The SDK did not get the answer either and sends again: its own commit is now what it runs into.
                Complete(request.Table.Apply(request));
                break;
            default:
                Complete(Unknown("cancelled"));
                break;
        }
    }

    private void Serve()
    {
        _result = request.Table.Apply(request);
        Judge(Life, _result);
        Life.World.Note("table", $"{Label} of {Life.Name}: {(_result.Status == SubmitStatus.Committed ? "committed" : _result.Detail)}");
    }

    /// <summary>A refusal is the library's fault, but for the one that nobody can foresee.</summary>
    /// <param name="life">Who asked.</param>
    /// <param name="result">What the service made of it.</param>
    public static void Judge(Life life, SubmitResult result)
    {
        if (result.Status == SubmitStatus.Refused && result.Detail?.Contains(ModelledTable.Unlucky, StringComparison.Ordinal) != true)
        {
            life.World.Fail($"{life.Name} sends what breaks the service's limits: {result.Detail}");
        }
    }

    private void Complete(SubmitResult result)
    {
        Completes(() => result.Status == SubmitStatus.Committed ? "committed" : $"{result.Status} {result.Detail}");
        _answer.SetResult(result);
    }

    private static SubmitResult Unknown(string detail) => new(SubmitStatus.Unknown, [], detail);
}
