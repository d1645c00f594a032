using System.Diagnostics;
using System.Diagnostics.Metrics;
using Azure.Data.Tables;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Lab;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.Orders.Billing;
using FunctionsConsumers.Orders.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>
/// Billing alone, as an application hosts it: the library's registration, its listener, its tables on an Azurite, all with
/// their defaults.
/// </summary>
internal static class HostedBilling
{
    /// <summary>Runs one round: a topic from its beginning, into empty tables.</summary>
    public static async Task<PeerRound> RunAsync(
        Bench bench, RealKafka kafka, string topic, TrafficPlan plan, CancellationToken cancellationToken)
    {
        var tables = await bench.TablesAsync(cancellationToken);
        var service = new TableServiceClient(tables);
        await EmptyAsync(service, cancellationToken);
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Configuration["KafkaBrokers"] = kafka.Connection.Brokers;
        builder.Configuration["Tables"] = tables;
        var clock = new Clock();
        builder.Services.AddSingleton<IEventDecoder<OrderEvent>>(await Groups.DecoderAsync());
        builder.Services.AddSingleton(clock);
        builder.Services.AddEffectivelyOnce(builder.Configuration).AddKafkaConsumer<OrderEvent, Clock>(topic);
        var settled = new Settled(plan.Orders, plan.RecordCount);
        using var meter = settled.Listen();
        using var host = builder.Build();
        await host.StartAsync(cancellationToken);
        await settled.Done.WaitAsync(TimeSpan.FromMinutes(2), cancellationToken);
        await host.StopAsync(cancellationToken);
        await kafka.ForgetGroupAsync(InvoiceConsumer.GroupName);
        await CheckAsync(service.GetTableClient(InvoiceConsumer.GroupName), plan.Orders, cancellationToken);
        return new PeerRound(plan.Orders / Stopwatch.GetElapsedTime(clock.First, settled.Last).TotalSeconds, settled.Duplicates);
    }

    private static async Task EmptyAsync(TableServiceClient service, CancellationToken cancellationToken)
    {
        await foreach (var table in service.QueryAsync(cancellationToken: cancellationToken))
        {
            await service.DeleteTableAsync(table.Name, cancellationToken);
        }
    }

    // Every order has one invoice: as many rows as orders, and no order twice.
    private static async Task CheckAsync(TableClient table, int orders, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        await foreach (var row in table.QueryAsync<TableEntity>(
            "RowKey ge 'invoice!' and RowKey lt 'invoice~'", select: ["OrderId"], cancellationToken: cancellationToken))
        {
            ids.Add(row.GetString("OrderId"));
        }

        if (ids.Count != orders || ids.Distinct(StringComparer.Ordinal).Count() != orders)
        {
            throw new LabException($"Of {orders} orders the tables hold {ids.Count} invoices.");
        }
    }

    // Billing's planner, which notes when the first record came to it.
    private sealed class Clock : IEventPlanner<OrderEvent>
    {
        private readonly InvoiceConsumer _invoices = new();
        private long _first;

        public static string Group => InvoiceConsumer.Group;

        public static string EffectKind => InvoiceConsumer.EffectKind;

        public long First => _first;

        public Plan Plan(OrderEvent @event, EventIdentity identity)
        {
            if (_first == 0)
            {
                Interlocked.CompareExchange(ref _first, Stopwatch.GetTimestamp(), 0);
            }

            return _invoices.Plan(@event, identity);
        }
    }

    // What the library's own counter says.
    private sealed class Settled(int orders, long records)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private long _applied;
        private long _duplicates;

        public Task Done => _done.Task;

        public long Last { get; private set; }

        public long Duplicates => _duplicates;

        public MeterListener Listen()
        {
            var listener = new MeterListener
            {
                InstrumentPublished = static (instrument, listener) =>
                {
                    if (instrument.Meter.Name == EffectivelyOnceMetrics.MeterName && instrument.Name == "effectively_once.records")
                    {
                        listener.EnableMeasurementEvents(instrument);
                    }
                },
            };
            listener.SetMeasurementEventCallback<long>((_, count, tags, _) => Add(count, tags));
            listener.Start();
            return listener;
        }

        private void Add(long count, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (_lock)
            {
                foreach (var (name, value) in tags)
                {
                    _applied += name == "outcome" && value is "applied" ? count : 0;
                    _duplicates += name == "outcome" && value is "duplicate" ? count : 0;
                }

                if (_applied == orders && _applied + _duplicates == records && !_done.Task.IsCompleted)
                {
                    Last = Stopwatch.GetTimestamp();
                    _done.TrySetResult();
                }
            }
        }
    }
}

/// <summary>What a round came to.</summary>
/// <param name="OrdersPerSecond">From the first record planned to the last one settled.</param>
/// <param name="Suppressed">Records that were known.</param>
internal sealed record PeerRound(double OrdersPerSecond, long Suppressed);
