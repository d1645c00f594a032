namespace FunctionsConsumers.EffectivelyOnce.Outages;

/// <summary>
/// Waits on a clock that a test can move. Not <c>Task.Delay</c> with a token: when that is cancelled it goes on on the thread
/// pool, and nobody could say any more what happens after what. Here the one who cancels goes on with it.
/// </summary>
internal static class Pause
{
    /// <summary>Waits, or until it is cancelled.</summary>
    public static async Task ForAsync(TimeSpan duration, TimeProvider time, CancellationToken cancellationToken)
    {
        var over = new TaskCompletionSource();
        using var timer = time.CreateTimer(End, over, duration, Timeout.InfiniteTimeSpan);
        using var cancelled = cancellationToken.UnsafeRegister(End, over);
        await over.Task.ConfigureAwait(false);

        static void End(object? over) => ((TaskCompletionSource)over!).TrySetResult();
    }
}
