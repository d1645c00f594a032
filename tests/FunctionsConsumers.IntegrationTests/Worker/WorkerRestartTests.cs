using FunctionsConsumers.IntegrationTests.LocalHost;

namespace FunctionsConsumers.IntegrationTests.Worker;

/// <summary>
/// The worker process killed in the middle of its work, as the host kills one that does not answer, or the machine does.
/// </summary>
public sealed class WorkerRestartTests(ITestOutputHelper output)
{
    private const int Kills = 3;

    [Fact]
    public async Task A_worker_killed_in_the_middle_of_its_batches_and_started_again_loses_and_doubles_nothing()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var deployment = await WorkerDeployment.StartAsync();
        await deployment.ProduceAsync(orders: 1_500, seed: 10);
        var interrupted = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            var host = await StartAsync();
            var triggers = deployment.Triggers(host);
            await Task.WhenAll(triggers.Select(trigger => trigger.NextAsync(cancellation)));

            // The kill comes with the first answer: that batch is done and not committed, the others are in the middle.
            var answers = triggers.ConvertAll(trigger => trigger.DeliverAsync(trigger.NextBatch(cancellation)));
            Assert.True(await await Eventually.DoneAsync(Task.WhenAny(answers), "a batch is answered"), host.Said);
            await host.KillAsync();
            var exceptions = await Task.WhenAll(answers.Select(async answer => await Record.ExceptionAsync(() => answer)));
            Assert.All(exceptions, exception => Assert.True(exception is null or WorkerGoneException, exception?.ToString()));
            interrupted += exceptions.Count(exception => exception is not null);
        }

        var last = await StartAsync();
        await Task.WhenAll(deployment.Triggers(last).Select(trigger => trigger.RunToEndAsync(cancellation)));

        Assert.True(interrupted > 0, $"{interrupted} batches interrupted by {Kills} kills");
        var report = await deployment.AuditedAsync(last);
        Assert.All(report["groups"]!.AsArray(),
            group => Assert.Equal((1_500, 300, 30), ((int)group!["applied"]!, (int)group["duplicates"]!, (int)group["dead_lettered"]!)));
        output.WriteLine(
            $"figures: worker ({WorkerDeployment.Converter}): {Kills} kills by SIGKILL left {3 * Kills} batches uncommitted, "
            + $"{interrupted} of them in the middle; the audit of 1,830 records is clean");

        // Messages whose sending the kill interrupted are sent again after the lease, which is as short as may be here.
        Task<FunctionsHost> StartAsync() => deployment.WorkerAsync(("EffectivelyOnce__OutboxLease", "00:00:10"));
    }
}
