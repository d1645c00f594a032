
namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>A reading on its way, of what is there when it is served and maybe not any more when the answer arrives.</summary>
internal sealed class ReadOperation<T>(
    Life life, Func<string> label, Func<T> read, Func<T, string> describe, CancellationToken cancellationToken)
    : Operation(life, label, cancellationToken)
    where T : class
{
    private readonly TaskCompletionSource<T> _answer = new();
    private T? _result;

    public Task<T> Answer => _answer.Task;

    public override string Phase => base.Phase + (_result is null ? "" : "s" + describe(_result));

    public override bool OnlyAnswerLeft => _result is not null;

    public override void Act()
    {
        var faults = Life.World.Faults;
        var isThrottled = _result is null && Life.World.IsThrottled;
        if (Life.IsPaused)
        {
            _result = isThrottled ? null : read();
            return;
        }

        if (isThrottled)
        {
            Completes(() => "503 ServerBusy");
            _answer.SetException(new StoreUnavailableException("503 ServerBusy"));
            return;
        }

        var pending = _result is null;
        var course = Life.World.Choices.Pick(
            [Cancelled ? 10 : 100, pending ? faults.SlowAnswer : 0, faults.FailedRead, faults.Forbidden / 2, Cancelled ? 100 : 0]);
        Life.World.Faulted(course is 2 or 3);
        switch (course)
        {
            case 0:
                var result = _result ?? read();
                Completes(() => describe(result));
                _answer.SetResult(result);
                break;
            case 1:
                _result = read();
                break;
            case 2:
                Completes(() => "no answer");
                _answer.SetException(new StoreUnavailableException("no answer"));
                break;
            case 3:
                Completes(() => "403");
                _answer.SetException(new SettingException("403 for a while"));
                break;
            default:
                Completes(() => "cancelled");
                _answer.SetCanceled(CancellationToken.None);
                break;
        }
    }
}
