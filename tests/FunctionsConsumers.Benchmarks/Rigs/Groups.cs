using System.Diagnostics;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Billing;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Inventory;
using FunctionsConsumers.Orders.Notification;
using FunctionsConsumers.Orders.Reading;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>The product's three groups, each over a store that a question chooses.</summary>
internal static class Groups
{
    /// <summary>The buckets of the app's default.</summary>
    public const int Buckets = 16;

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names => FunctionsConsumers.Orders.Groups.All;

    /// <summary>What the orders of a group cause.</summary>
    public static IConsumer<OrderEvent> Consumer(string group) => group switch
    {
        "billing" => new GroupPlanner<OrderEvent, InvoiceConsumer>(new InvoiceConsumer()),
        "inventory" => new GroupPlanner<OrderEvent, ReservationConsumer>(new ReservationConsumer()),
        "notification" => new GroupPlanner<OrderEvent, ConfirmationConsumer>(new ConfirmationConsumer()),
        _ => throw new ArgumentException($"There is no group '{group}'.", nameof(group)),
    };

    /// <summary>The decoder, over the default catalog.</summary>
    public static async Task<OrderDecoder> DecoderAsync()
    {
        var catalog = new ProductCatalog(new DefaultProducts(), TimeProvider.System);
        await catalog.ReadAsync(CancellationToken.None);
        return new OrderDecoder(catalog);
    }

    /// <summary>The processor of a group.</summary>
    public static async Task<BatchProcessor<OrderEvent>> ProcessorAsync(string group, ITableStore store, int buckets = Buckets) => new(
        Consumer(group), await DecoderAsync(), store, new Buckets(buckets), new NoOutbox(), new EffectivelyOnceOptions(),
        TimeProvider.System, Random.Shared, NullLogger.Instance);

    /// <summary>Has batches handled one after the other, as a trigger does.</summary>
    /// <returns>Records a second.</returns>
    public static async Task<double> RateAsync(
        IBatchProcessor processor, IReadOnlyList<ConsumedRecord[]> batches, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var records = 0;
        foreach (var batch in batches)
        {
            var outcome = await processor.ProcessAsync(batch, cancellationToken);
            if (outcome.Applied + outcome.Duplicates != batch.Length)
            {
                throw new InvalidOperationException(
                    $"Of {batch.Length} orders {outcome}: the benchmark's traffic holds good orders alone.");
            }

            records += batch.Length;
        }

        return records / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private sealed class DefaultProducts : ICatalogSource
    {
        public Task<IReadOnlyList<CatalogProduct>> ReadAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<CatalogProduct>>([.. DefaultCatalog.Products]);
    }
}
