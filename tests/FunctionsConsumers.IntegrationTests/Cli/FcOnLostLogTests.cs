namespace FunctionsConsumers.IntegrationTests.Cli;

public sealed class FcOnLostLogTests : IAsyncDisposable
{
    private readonly Fc _fc = new();

    public ValueTask DisposeAsync() => _fc.DisposeAsync();

    [Fact]
    public async Task A_log_that_has_lost_its_beginning_is_said_and_never_good()
    {
        // The embedded broker keeps about 5 MiB a partition.
        await _fc.StartAsync("services --partitions 1", "Ctrl-C");
        Assert.Equal(0, (await _fc.RunAsync("produce --count 40000 --seed 3")).ExitCode);
        var audit = await _fc.RunAsync("audit --wait 0");

        Assert.Equal((2, ""), (audit.ExitCode, audit.Out));
        Assert.Contains("offsets that the broker no longer holds cannot be audited: order-events:0 below", audit.Error,
            StringComparison.Ordinal);
    }
}
