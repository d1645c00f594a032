using System.Text.Json;
using JasperFx.Resources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;
using Wolverine.Configuration;
using Wolverine.Kafka;
using Wolverine.Postgresql;
using Wolverine.Runtime;
using Wolverine.Transports;

namespace FunctionsConsumers.Peers;

/// <summary>One round of Wolverine: a host of its own, tuned as Wolverine's documents say.</summary>
internal static class WolverineRound
{
    private const int BatchSize = 500;
    private const int Parallel = 16;

    // An insert into the inbox that holds one known message is refused whole, and is then repeated message by message: inserts are
    // kept shorter where resends come, and several listeners wait for the database at the same time.
    private const int InboxRefuses = 100;
    private const int Listeners = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Runs it.</summary>
    public static async Task<Answer> RunAsync(Round round)
    {
        using var tally = new Tally(round.Orders, round.Records);
        await using var database = NpgsqlDataSource.Create(round.Database);
        await Invoices.MakeAsync(database);
        var builder = Host.CreateDefaultBuilder();
        builder.ConfigureLogging(logging => logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = 0)
            .SetMinimumLevel(LogLevel.Warning));
        builder.ConfigureServices(services => services.AddSingleton(tally).AddSingleton(database).AddResourceSetupOnStartup());
        builder.UseWolverine(options => Tune(options, round, database, tally));
        using var host = builder.Build();
        await host.StartAsync();
        await WarmAsync(host, round, database);
        tally.Open();
        await tally.Done.WaitAsync(Patience);
        await host.StopAsync();
        return new Answer(tally.Elapsed.TotalSeconds, tally.Records, tally.Applied, tally.Refused);
    }

    // The adapter of the handler is compiled, as it would be beforehand in production (TypeLoadMode.Static), and the pool is full.
    private static async Task WarmAsync(IHost host, Round round, NpgsqlDataSource database)
    {
        var handlers = ((WolverineRuntime)host.Services.GetRequiredService<IWolverineRuntime>()).Handlers;
        if ((round.Route == Route.Transaction ? handlers.HandlerFor<OrderPlaced>() : handlers.HandlerFor<OrderPlaced[]>()) is null)
        {
            throw new InvalidOperationException("Wolverine has no handler of the orders.");
        }

        var connections = await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => database.OpenConnectionAsync().AsTask()));
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    private static void Tune(WolverineOptions options, Round round, NpgsqlDataSource database, Tally tally)
    {
        // One node: no leader is elected, and no other node's messages are looked for.
        options.Durability.Mode = DurabilityMode.Solo;
        options.UseSystemTextJsonForSerialization(json => json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
        options.PersistMessagesWithPostgresql(database);
        options.UseKafka(round.Brokers).ConfigureConsumers(consumer => consumer.GroupId = "billing-" + Guid.NewGuid().ToString("N"));

        // The inbox takes as many records in one insert as its reader finds waiting, up to so many.
        options.ListenToKafkaTopic(round.Topic)
            .UseInterop((_, _) => new OrderMapper(tally, known: round.Route != Route.UniqueKey))
            .UseDurableInbox(new BufferingLimits(4 * BatchSize, 2 * BatchSize))
            .MaximumMessagesToReceive(round.Route == Route.UniqueKey ? BatchSize : InboxRefuses)
            .ListenerCount(round.Route == Route.UniqueKey ? 1 : Listeners)
            .BeginAtEarliest()
            .UseReadCommitted()
            .MaximumParallelMessages(Parallel);
        options.Discovery.DisableConventionalDiscovery();
        if (round.Route == Route.Transaction)
        {
            options.Discovery.IncludeType(typeof(TransactionHandler));
            return;
        }

        options.Discovery.IncludeType(typeof(BatchHandler));
        options.BatchMessagesOf<OrderPlaced>(batches =>
        {
            batches.BatchSize = BatchSize;
            batches.TriggerTime = TimeSpan.FromMilliseconds(100);
        });
    }
}
