using System.Diagnostics;
using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Telemetry;

/// <summary>
/// The spans of one group: a batch, its transactions, and what is sent for it. They hold names, numbers and ids. The invariant: no
/// key, no value, no subject and no text of an error, since each may be somebody's personal data.
/// </summary>
internal sealed class GroupSpans(string group)
{
    private static readonly ActivitySource Source = new(EffectivelyOnceTraces.SourceName);

    /// <summary>Begins the span of a batch, with a link to the context of each producer. Null if nobody listens.</summary>
    public Activity? Batch(IReadOnlyList<ConsumedRecord> records)
    {
        if (!Source.HasListeners() || records.Count == 0)
        {
            return null;
        }

        var first = records[0].Coordinates;
        var isOneTopic = true;
        var isOnePartition = true;
        foreach (var record in records)
        {
            isOneTopic &= string.Equals(record.Coordinates.Topic, first.Topic, StringComparison.Ordinal);
            isOnePartition &= record.Coordinates.Partition == first.Partition;
        }

        var tags = new ActivityTagsCollection
        {
            ["messaging.system"] = "kafka",
            ["messaging.operation.name"] = "process",
            ["messaging.operation.type"] = "process",
            ["messaging.consumer.group.name"] = group,
            ["messaging.batch.message_count"] = records.Count,
        };
        if (isOneTopic)
        {
            tags["messaging.destination.name"] = first.Topic;
            if (isOnePartition)
            {
                tags["messaging.destination.partition.id"] = first.Partition.ToString(CultureInfo.InvariantCulture);
            }

            if (records.Count == 1)
            {
                tags["messaging.kafka.offset"] = first.Offset;
            }
        }

        return Source.StartActivity(
            isOneTopic ? "process " + first.Topic : "process",
            ActivityKind.Consumer,
            parentContext: default,
            tags,
            TraceContext.Of(records).Select(context => new ActivityLink(context.ToRemote())));
    }

    /// <summary>Notes how a batch ended.</summary>
    public static void Settled(Activity? span, BatchOutcome outcome, int attempts)
    {
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("effectively_once.applied", outcome.Applied);
            span.SetTag("effectively_once.duplicates", outcome.Duplicates);
            span.SetTag("effectively_once.dead_lettered", outcome.DeadLettered);
            span.SetTag("effectively_once.attempts", attempts);
        }
    }

    /// <summary>Notes that what a span stands for failed.</summary>
    public static void Failed(Activity? span, Exception failure) => Failed(span, failure.GetType().FullName!);

    /// <summary>Notes that what a span stands for failed.</summary>
    public static void Failed(Activity? span, string type) => span?.SetTag("error.type", type).SetStatus(ActivityStatusCode.Error);

    /// <summary>Begins the span of a transaction. Null if nobody listens.</summary>
    public Activity? Transaction(string bucket, int records)
    {
        var span = Source.StartActivity("transaction " + group);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("messaging.consumer.group.name", group);
            span.SetTag("effectively_once.bucket", bucket);
            span.SetTag("effectively_once.transaction.records", records);
        }

        return span;
    }

    /// <summary>
    /// Begins the span of a send, in the trace of the transaction that committed the message: also where another host sends it,
    /// later. Null if nobody listens.
    /// </summary>
    public Activity? Send(OutboxMessage message)
    {
        var span = Source.StartActivity("send " + message.Kind, ActivityKind.Producer, message.Trace?.ToRemote() ?? default);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("messaging.operation.name", "send");
            span.SetTag("messaging.operation.type", "send");
            span.SetTag("messaging.message.id", message.Id);
            span.SetTag("messaging.consumer.group.name", group);
            span.SetTag("effectively_once.message.kind", message.Kind);
            span.SetTag("effectively_once.message.may_have_been_sent", message.MayHaveBeenSent);
        }

        return span;
    }

    /// <summary>Notes that the message which is sent here is a record for a topic.</summary>
    public static void SendsTo(string topic)
    {
        if (Activity.Current is { IsAllDataRequested: true, Kind: ActivityKind.Producer } span && ReferenceEquals(span.Source, Source))
        {
            span.DisplayName = "send " + topic;
            span.SetTag("messaging.system", "kafka");
            span.SetTag("messaging.destination.name", topic);
        }
    }

    /// <summary>Notes what became of a send.</summary>
    public static void Sent(Activity? span, SendStatus status)
    {
        if (span is { IsAllDataRequested: true })
        {
            var outcome = status switch
            {
                SendStatus.Sent => "sent",
                SendStatus.NotSent => "not_sent",
                SendStatus.Refused => "refused",
                _ => "unknown",
            };
            span.SetTag("effectively_once.message.outcome", outcome);
            if (status != SendStatus.Sent && span.Status != ActivityStatusCode.Error)
            {
                Failed(span, outcome);
            }
        }
    }
}
