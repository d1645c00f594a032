namespace FunctionsConsumers.IntegrationTests.Worker;

/// <summary>The worker process killed in the middle of its work, as the host kills one that does not answer, or the machine does.</summary>
public sealed class WorkerRestartTests(ITestOutputHelper output)
{
    private const int Kills = 3;

    [Fact]
    public async Task A_worker_killed_in_the_middle_of_its_batches_and_started_again_loses_and_doubles_nothing()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var deployment = await WorkerDeployment.StartAsync();
        await deployment.ProduceAsync(orders: 3_000, seed: 10);
        var interrupted = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            var host = await StartAsync();
            var triggers = deployment.Triggers(host);
            var running = triggers.ConvertAll(trigger => trigger.RunToEndAsync(cancellation));
            await LocalHost.Eventually.TrueAsync(() => triggers.TrueForAll(trigger => trigger is { Batches: > 0, UnderWay: not null }), "each group has a batch under way after its first");
            await host.KillAsync();

            // What the killed worker had not answered is not committed, and comes again.
            var ends = running.ConvertAll(async run => await Record.ExceptionAsync(() => run));
            var exceptions = await Task.WhenAll(ends);
            Assert.All(exceptions, exception => Assert.True(exception is null or WorkerGoneException, exception?.ToString()));
            interrupted += exceptions.Count(exception => exception is not null);
            triggers.ForEach(trigger => trigger.Dispose());
        }

        var last = await StartAsync();
        await Task.WhenAll(deployment.Triggers(last).Select(trigger => trigger.RunToEndAsync(cancellation)));

        Assert.True(interrupted >= Kills, $"{interrupted} batches interrupted by {Kills} kills");
        var report = await deployment.AuditedAsync(last);
        Assert.All(report["groups"]!.AsArray(), group => Assert.Equal((3_000, 600, 60), ((int)group!["applied"]!, (int)group["duplicates"]!, (int)group["dead_lettered"]!)));
        output.WriteLine($"figures: worker ({WorkerDeployment.Converter}): {Kills} kills by SIGKILL interrupted {interrupted} batches of 3,660 records; the audit is clean");

        // Messages whose sending the kill interrupted are sent again after the lease, which is as short as may be here.
        Task<FunctionsHost> StartAsync() => deployment.WorkerAsync(("EffectivelyOnce__OutboxLease", "00:00:10"));
    }
}
