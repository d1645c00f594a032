using System.Diagnostics;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Lab.Traffic;

/// <summary>Produces the records of a plan in order, each acknowledged by every replica in sync.</summary>
internal static class TrafficProducer
{
    private static readonly TimeSpan QueueRetry = TimeSpan.FromMilliseconds(50);

    /// <summary>Produces the traffic. <paramref name="rate" /> is null for as many as possible.</summary>
    public static async Task<ProducedTraffic> ProduceAsync(
        KafkaConnection kafka, string topic, TrafficPlan plan, long? rate, Action<long> report, CancellationToken cancellationToken)
    {
        var deliveries = new Deliveries();
        using var producer = new ProducerBuilder<byte[], byte[]?>(kafka.Apply(new ProducerConfig
        {
            ClientId = "fc-produce",
            Acks = Acks.All,
            EnableIdempotence = true,

            // Large batches, as a busy producer sends them: consumers then get long runs of one partition, and an order of
            // the inventory group touches a third as many counters (20,000 orders: 1,640 to 2,130 orders/s).
            LingerMs = 50,
            CompressionType = CompressionType.None,
            QueueBufferingMaxMessages = 20_000,
            QueueBufferingMaxKbytes = 32 * 1024,
        }))
            .SetErrorHandler((_, error) => deliveries.LastError = error.Reason)
            .SetLogHandler((_, _) => { })
            .Build();

        var clock = Stopwatch.StartNew();
        long sent = 0;
        foreach (var record in TrafficSequence.Of(plan))
        {
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            await SendAsync(producer, topic, record, deliveries, cancellationToken);
            sent++;
            if (sent % 256 == 0)
            {
                report(sent);
            }

            if (rate is { } most && TimeSpan.FromSeconds((double)sent / most) - clock.Elapsed is { TotalMilliseconds: > 5 } ahead)
            {
                await Task.Delay(ahead, cancellationToken).ContinueWith(
                    static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }

        await Task.Run(() => producer.Flush(CancellationToken.None), CancellationToken.None);
        report(sent);
        return deliveries.Sum(clock.Elapsed, cancellationToken.IsCancellationRequested);
    }

    private static async Task SendAsync(IProducer<byte[], byte[]?> producer, string topic, TrafficRecord record, Deliveries deliveries,
        CancellationToken cancellationToken)
    {
        var message = new Message<byte[], byte[]?> { Key = record.Key, Value = record.Value };
        if (record.Headers.Count > 0)
        {
            message.Headers = [];
            foreach (var (name, value) in record.Headers)
            {
                message.Headers.Add(name, value);
            }
        }

        while (true)
        {
            try
            {
                producer.Produce(topic, message, deliveries.HandlerOf(record.Kind));
                return;
            }
            catch (ProduceException<byte[], byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                // The broker is slower than we are: the queue empties on the client's own thread.
                await Task.Delay(QueueRetry, CancellationToken.None);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private sealed class Deliveries
    {
        private readonly long[] _delivered = new long[3];
        private long _failed;

        public volatile string? LastError;

        public Action<DeliveryReport<byte[], byte[]?>> HandlerOf(TrafficKind kind) => report =>
        {
            if (report.Error.IsError)
            {
                LastError = report.Error.Reason;
                Interlocked.Increment(ref _failed);
            }
            else
            {
                Interlocked.Increment(ref _delivered[(int)kind]);
            }
        };

        public ProducedTraffic Sum(TimeSpan time, bool cutShort) => new(
            _delivered[(int)TrafficKind.Order], _delivered[(int)TrafficKind.Resend], _delivered[(int)TrafficKind.Poison], _failed,
                _failed == 0
            ? null
            : LastError, time, cutShort);
    }
}

/// <summary>What was produced and acknowledged.</summary>
/// <param name="Orders">Distinct orders.</param>
/// <param name="Resends">Exact resends.</param>
/// <param name="Poison">Records that are no order.</param>
/// <param name="Failed">Records that the broker did not take.</param>
/// <param name="Failure">Why, in the client's words; null where none failed.</param>
/// <param name="Time">From the first record to the last acknowledgement.</param>
/// <param name="CutShort">Whether it was stopped before the end of the plan.</param>
internal sealed record ProducedTraffic(long Orders, long Resends, long Poison, long Failed, string? Failure, TimeSpan Time, bool CutShort)
{
    /// <summary>The records that the broker took.</summary>
    public long Records => Orders + Resends + Poison;
}
