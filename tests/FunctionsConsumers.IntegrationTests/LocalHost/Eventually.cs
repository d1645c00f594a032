namespace FunctionsConsumers.IntegrationTests.LocalHost;

/// <summary>
/// Waits for what another process or a client's own thread brings about, and fails with a sentence when it does not come.
/// </summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        var giveUp = DateTime.UtcNow + (patience ?? Patience);
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < giveUp, $"Not within {(patience ?? Patience).TotalSeconds} s: {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public static async Task<T> DoneAsync<T>(Task<T> task, string what)
    {
        await Task.WhenAny(task, Task.Delay(Patience, TestContext.Current.CancellationToken));
        Assert.True(task.IsCompleted, $"Not within {Patience.TotalSeconds} s: {what}.");
        return await task;
    }
}
