using FunctionsConsumers.IntegrationTests.Worker.Protocol;

namespace FunctionsConsumers.IntegrationTests.Worker;

/// <summary>The app's timer functions, called by the protocol.</summary>
public sealed class WorkerTimersTests
{
    [Fact]
    public async Task The_three_timers_are_answered_and_the_gap_audit_handles_the_batch_that_the_host_skipped()
    {
        await using var deployment = await WorkerDeployment.StartAsync();
        await deployment.ProduceAsync(orders: 600, seed: 11);
        var host = await deployment.WorkerAsync();
        foreach (var trigger in deployment.Triggers(host))
        {
            var cancellation = TestContext.Current.CancellationToken;
            await trigger.NextAsync(cancellation);

            // The host commits past a batch without a word to the function, as it does for a malformed traceparent.
            trigger.Commit(trigger.NextBatch(cancellation));
            await trigger.RunToEndAsync(cancellation);
        }

        var before = await deployment.AuditedAsync(host, exitCode: 1);
        Assert.All(before["groups"]!.AsArray(), group => Assert.True((int)group!["lost"]! > 0, before.ToString()));

        foreach (var timer in (string[])["GapAudit", "OutboxSweep", "RetentionSweep"])
        {
            var answer = await host.TickAsync(timer);
            Assert.True(answer.Status == StatusResult.Types.Status.Success, $"{timer}: {answer}\n{host.Said}");
        }

        await deployment.AuditedAsync(host);
    }
}
