using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.Orders;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers.IntegrationTests.LocalHost.Hosting;

/// <summary>
/// A host that skips batches without function code being told, as the extension does for a malformed <c>traceparent</c>:
/// its executor fails before the function, and what comes afterwards is committed past the batch. The app's own functions
/// run; between host and library stands the executor of the test. <c>commitOnFailure</c> makes the local host, which loses
/// nothing by itself, do what the extension does in spite of the option.
/// </summary>
[Collection(OrdersOnServices.Collection)]
public sealed class SkippedBatchTests : IAsyncLifetime
{
    private const string Malformed = "00-not-a-trace";

    private static readonly Type[] Consumers = [typeof(BillingServiceConsumer), typeof(InventoryServiceConsumer),
        typeof(NotificationServiceConsumer)];

    private OrdersOnServices _orders = null!;

    public async ValueTask InitializeAsync() =>
        _orders = await OrdersOnServices.StartAsync("""{"commitOnFailure": true, "sessionTimeoutMs": 2000, "autoCommitIntervalMs": 50}""");

    public ValueTask DisposeAsync() => _orders.DisposeAsync();

    [Fact]
    public async Task A_batch_that_the_host_skipped_is_handled_by_its_timer_function()
    {
        await using (await _orders.HostAsync(Consumers, Register))
        {
            await SkipAsync();
            await LostIsAsync("audit --json", exitCode: 1, lost: 6);
        }

        await using (await _orders.HostAsync([.. Consumers, typeof(GapAuditEverySecond)], Register))
        {
            await Eventually.TrueAsync(() => Groups.All.All(group => _orders.Log.Contains($"{group}: 6 records of order-events had been "
                + "skipped and were handled by the gap audit", StringComparison.Ordinal)), "every gap is healed");
            await LostIsAsync("audit --json", exitCode: 0, lost: 0);
        }
    }

    [Fact]
    public async Task A_batch_that_the_host_skipped_is_handled_by_hand_beside_the_running_host()
    {
        await using var host = await _orders.HostAsync(Consumers, Register);
        await SkipAsync();
        Assert.False(JsonNode.Parse((await LostIsAsync("audit --json", exitCode: 1, lost: 6)).Out)!.AsObject().ContainsKey("healed"));

        var healed = JsonNode.Parse((await LostIsAsync("audit --heal --json", exitCode: 0, lost: 0)).Out)!;
        Assert.Equal(
            ["topic", "records", "distinct_orders", "poison", "unaudited", "findings", "groups", "verdict", "ok", "healed"],
            healed.AsObject().Select(member => member.Key));
        Assert.Equal(Groups.All, healed["healed"]!.AsArray().Select(group => (string)group!["group"]!));
        Assert.All(healed["healed"]!.AsArray(), group => Assert.Equal((6, 0), ((int)group!["healed"]!, (int)group["dropped"]!)));

        // What is healed stays so, and a second healing finds nothing.
        var again = await LostIsAsync("audit --heal", exitCode: 0, lost: null);
        Assert.All(Groups.All, group => Assert.Contains(
            $"{group}: 0 records below the committed offset were not known to be finished, 0 of them handled now", again.Out,
            StringComparison.Ordinal));
    }

    // The skipped batch holds five orders, two of them with a mail, and one record that is no order; some follow it.
    private async Task SkipAsync()
    {
        await _orders.ProduceAndCommitAsync(Orders("before", 4));
        await _orders.ProduceAndCommitAsync([.. Orders("skipped", 5), "no order"], Malformed);
        await _orders.ProduceAndCommitAsync(Orders("after", 2));
        Assert.Contains("is passed over and lost", _orders.Log, StringComparison.Ordinal);
    }

    private async Task<FcResult> LostIsAsync(string line, int exitCode, int? lost)
    {
        var result = await _orders.FcAsync(line);
        Assert.True(result.ExitCode == exitCode, result.ToString());
        if (lost is not null)
        {
            Assert.All(JsonNode.Parse(result.Out)!["groups"]!.AsArray(), group =>
                Assert.Equal((lost.Value, 0), ((int)group!["lost"]!, (int)group["pending"]!)));
        }

        return result;
    }

    private static IEnumerable<string> Orders(string name, int count) => Enumerable.Range(0, count)
        .Select(order =>
            $$"""{"order_id": "{{name}}-{{order}}", "product": "Phone", "email": {{(order < 2 ? "\"a@example.org\"" : "null")}}}""");

    private static void Register(IServiceCollection services, IConfiguration settings)
    {
        services.AddOrdersApp(settings);
        foreach (var group in Groups.All)
        {
            var processor = services.Single(service => service.ServiceType == typeof(IBatchProcessor) && group.Equals(service.ServiceKey))
                .KeyedImplementationFactory!;
            services.AddKeyedSingleton<IBatchProcessor>(group, (provider, key) => new Executor((IBatchProcessor)processor(provider, key)));
        }
    }

    private sealed class Executor(IBatchProcessor function) : IBatchProcessor
    {
        public string Group => function.Group;

        public Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
        {
            foreach (var header in records.SelectMany(record => record.Headers).Where(header => header.Name == "traceparent"))
            {
                _ = ActivityContext.Parse(Encoding.UTF8.GetString(header.Value!), null);
            }

            return function.ProcessAsync(records, cancellationToken);
        }
    }

#pragma warning disable CA1034 // A function class is public.
    /// <summary>The app's function, on a schedule that a test can wait for.</summary>
    public sealed class GapAuditEverySecond(IEnumerable<IGroupUpkeep> groups)
    {
        [Function("GapAudit")]
        public Task AuditGaps([TimerTrigger("* * * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
            new Upkeep(groups).AuditGaps(timer, cancellationToken);
    }
#pragma warning restore CA1034
}
