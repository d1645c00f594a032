using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

public sealed class DeadlineTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_last_answer_is_the_one_before_the_deadline_cut_the_request_off()
    {
        using var deadline = Make();
        deadline.Note("503 ServerBusy", new InvalidOperationException());
        _time.Advance(TimeSpan.FromSeconds(2));
        deadline.Note("A task was canceled.", new TaskCanceledException());

        var failure = Assert.Throws<BatchDeadlineException>(deadline.ThrowIfOver);

        Assert.EndsWith("Last answer: 503 ServerBusy.", failure.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(failure.InnerException);
    }

    [Fact]
    public void A_request_that_ran_into_its_own_time_out_does_not_make_the_failed_batch_a_cancelled_one()
    {
        using var deadline = Make();
        deadline.Note("The operation was cancelled because it exceeded the configured timeout", new TaskCanceledException());
        _time.Advance(TimeSpan.FromSeconds(2));

        var failure = Assert.Throws<BatchDeadlineException>(deadline.ThrowIfOver);

        Assert.Contains("configured timeout", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.InnerException);
    }

    [Fact]
    public void A_callers_cancellation_goes_before_the_deadline()
    {
        using var caller = new CancellationTokenSource();
        using var deadline = new Deadline(_time, TimeSpan.FromSeconds(2), new Random(1), caller.Token);
        caller.Cancel();
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Throws<OperationCanceledException>(deadline.ThrowIfOver);
    }

    private Deadline Make() => new(_time, TimeSpan.FromSeconds(2), new Random(1), CancellationToken.None);
}
