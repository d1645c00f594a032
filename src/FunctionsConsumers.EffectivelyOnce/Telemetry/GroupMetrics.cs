using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FunctionsConsumers.EffectivelyOnce.Telemetry;

/// <summary>
/// What is measured of one group. The instruments are the process's own; counts are added once for a batch or a transaction. Of
/// depth, age and lag the last reading is kept, in plain numbers, so that nothing that was measured is kept alive by it.
/// </summary>
internal sealed class GroupMetrics(string group)
{
    private const string GroupName = "messaging.consumer.group.name";
    private const string TopicName = "messaging.destination.name";
    private const string PartitionId = "messaging.destination.partition.id";
    private const string Outcome = "outcome";

    private static readonly Meter Meter = new(EffectivelyOnceMetrics.MeterName);
    private static readonly KeyValuePair<string, object?> Kafka = new("messaging.system", "kafka");
    private static readonly KeyValuePair<string, object?> Process = new("messaging.operation.name", "process");

    // An instance that no longer reads them must not report them for ever: another one may read them now.
    private static readonly TimeSpan ReadingHolds = TimeSpan.FromMinutes(5);
    private static readonly Readings<(string Group, string Bucket), (int Messages, TimeSpan Age)> Outboxes = new(
        ReadingHolds, TimeProvider.System);
    private static readonly Readings<(string Group, string Topic, int Partition), long> Lags = new(ReadingHolds, TimeProvider.System);

    private static readonly Counter<long> Records = Meter.CreateCounter<long>(
        "effectively_once.records", "{record}", "Records settled, by outcome: applied, duplicate, dead_lettered.");

    private static readonly Counter<long> Transactions = Meter.CreateCounter<long>(
        "effectively_once.transactions", "{transaction}",
        "Transactions that batches submitted to the table service, whatever it answered.");

    private static readonly Histogram<int> TransactionRows = Meter.CreateHistogram(
        "effectively_once.transaction.rows", "{row}", "Rows of each transaction submitted.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 40, 60, 80, 99] });

    private static readonly Counter<long> UnknownAnswers = Meter.CreateCounter<long>(
        "effectively_once.answers.unknown", "{answer}",
        "Transactions whose outcome the answer did not tell, and that were settled by reading back.");

    private static readonly Histogram<int> Attempts = Meter.CreateHistogram(
        "effectively_once.batch.attempts", "{attempt}",
        "Tries until a batch was done: 1, and each wait of one of its buckets before another try.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 3, 5, 10, 20, 50, 100] });

    private static readonly Counter<long> GapsHealed = Meter.CreateCounter<long>(
        "effectively_once.gaps.healed", "{record}", "Records found unfinished below the committed offset, and handled.");

    private static readonly Counter<long> Consumed = Meter.CreateCounter<long>(
        "messaging.client.consumed.messages", "{message}", "Records of the batches that were settled.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "messaging.process.duration", "s", "The time until a batch was settled, or failed: then with error.type.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 300],
        });

    private readonly KeyValuePair<string, object?> _group = new(GroupName, group);

    // The meter keeps them.
    static GroupMetrics()
    {
        Meter.CreateObservableGauge(
            "effectively_once.outbox.depth", ObserveDepth, "{message}",
            "Messages waiting in the outbox when it was last swept, without parked ones.");
        Meter.CreateObservableGauge(
            "effectively_once.outbox.age", ObserveAge, "s",
            "The age of the oldest message waiting when the outbox was last swept; 0 where none waits.");
        Meter.CreateObservableGauge(
            "kafka.consumer_group.lag", ObserveLag, "{record}",
            "Records between the group's committed offset and the log's end, as the gap audit last read them.");
    }

    /// <summary>Counts a batch that was settled.</summary>
    public void Settled(BatchOutcome outcome, int attempts, TimeSpan elapsed)
    {
        Count(outcome.Applied, "applied");
        Count(outcome.Duplicates, "duplicate");
        Count(outcome.DeadLettered, "dead_lettered");
        Attempts.Record(attempts, _group);

        // One topic is the rule; a batch of several has its duration once, without a topic.
        if (!Consumed.Enabled && !Duration.Enabled)
        {
            return;
        }

        var topics = ByTopic(outcome.Records);
        foreach (var (topic, records) in topics)
        {
            Consumed.Add(records, new TagList { Kafka, Process, _group, new(TopicName, topic) });
        }

        var tags = new TagList { Kafka, Process, _group };
        if (topics.Count == 1)
        {
            tags.Add(TopicName, topics[0].Key);
        }

        Duration.Record(elapsed.TotalSeconds, tags);
    }

    /// <summary>Notes the time of a batch that failed; it comes again.</summary>
    public void Failed(Exception failure, TimeSpan elapsed) =>
        Duration.Record(elapsed.TotalSeconds, new TagList { Kafka, Process, _group, new("error.type", failure.GetType().FullName) });

    /// <summary>Counts a transaction that a batch submitted.</summary>
    public void Submitted(int rows)
    {
        Transactions.Add(1, _group);
        TransactionRows.Record(rows, _group);
    }

    /// <summary>Counts an answer that did not tell whether its transaction is committed.</summary>
    public void AnswerUnknown() => UnknownAnswers.Add(1, _group);

    /// <summary>Counts records that the gap audit handled.</summary>
    public void Healed(int records) => GapsHealed.Add(records, _group);

    /// <summary>Notes what a sweep saw in a bucket of the outbox.</summary>
    public void OutboxSeen(string bucket, int messages, TimeSpan age) => Outboxes.Set((group, bucket), (messages, age));

    /// <summary>Notes how far the group is behind in a partition.</summary>
    public void LagSeen(string topic, int partition, long lag) => Lags.Set((group, topic, partition), lag);

    private static List<KeyValuePair<string, int>> ByTopic(IReadOnlyList<RecordOutcome> records)
    {
        if (records.Count == 0)
        {
            return [];
        }

        var first = records[0].Coordinates.Topic;
        for (var i = 1; i < records.Count; i++)
        {
            if (!string.Equals(records[i].Coordinates.Topic, first, StringComparison.Ordinal))
            {
                return [.. records.CountBy(record => record.Coordinates.Topic, StringComparer.Ordinal)];
            }
        }

        return [KeyValuePair.Create(first, records.Count)];
    }

    private void Count(int records, string outcome)
    {
        if (records > 0)
        {
            Records.Add(records, _group, new(Outcome, outcome));
        }
    }

    private static IEnumerable<Measurement<int>> ObserveDepth() => Outboxes.Current()
        .GroupBy(one => one.Key.Group, StringComparer.Ordinal)
        .Select(buckets =>
            new Measurement<int>(buckets.Sum(one => one.Value.Messages), new KeyValuePair<string, object?>(GroupName, buckets.Key)));

    private static IEnumerable<Measurement<double>> ObserveAge() => Outboxes.Current()
        .GroupBy(one => one.Key.Group, StringComparer.Ordinal)
        .Select(buckets => new Measurement<double>(
            buckets.Max(one => one.Value.Age).TotalSeconds, new KeyValuePair<string, object?>(GroupName, buckets.Key)));

    private static IEnumerable<Measurement<long>> ObserveLag() => Lags.Current().Select(one => new Measurement<long>(
        one.Value,
        new KeyValuePair<string, object?>(GroupName, one.Key.Group),
        new KeyValuePair<string, object?>(TopicName, one.Key.Topic),
        new KeyValuePair<string, object?>(PartitionId, one.Key.Partition)));
}
