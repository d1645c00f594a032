using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations.ConsumerGroups;
using FunctionsConsumers.Operations.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.Operations.Offsets;

/// <summary>
/// Puts a group's committed offsets elsewhere while nobody consumes. What is passed over is noted as finished before the
/// offset is committed: skipped on purpose, it is no gap, and no audit heals it.
/// </summary>
/// <param name="services">Where the system is.</param>
/// <param name="log">The log.</param>
/// <param name="members">Who tells the members.</param>
public sealed class GroupOffsets(OperatedServices services, TopicLog log, IGroupMembers members)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Says where the offsets would be put. Changes nothing.</summary>
    /// <param name="group">The group.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition; null for all.</param>
    /// <param name="target">Where to.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="OperationException">The broker does not answer, there is no such topic or partition, or the log does not
    /// hold the offset.</exception>
    public async Task<OffsetPlan> PlanAsync(
        string group, string topic, int? partition, OffsetTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        var held = await log.RangesAsync(topic, cancellationToken);
        List<PartitionRange> chosen = [.. held.Where(range => partition is null || range.Partition == partition)];
        if (chosen.Count == 0)
        {
            throw new OperationException($"{topic} has no partition {partition}: it has {held.Count}, from 0");
        }

        var committed = await log.CommittedAsync(group, topic, chosen.Select(range => range.Partition), cancellationToken);
        var byTime = target is OffsetTarget.At at ? await log.OffsetsAtAsync(topic, chosen, at.Time, cancellationToken) : null;
        return new OffsetPlan(group, topic, [.. chosen.Select(range => Change(
            range,
            committed.TryGetValue(range.Partition, out var offset) ? offset : null,
            target switch
            {
                OffsetTarget.Earliest => range.Start,
                OffsetTarget.Latest => range.End,
                OffsetTarget.Exactly exactly => Held(topic, range, exactly.Offset),
                _ => byTime![range.Partition],
            }))]);
    }

    /// <summary>Puts the offsets where a plan says.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="by">Who has them put there.</param>
    /// <param name="cancellationToken">Ends the work before the offsets are committed.</param>
    /// <returns>When they are committed.</returns>
    /// <exception cref="OperationException">Somebody consumes in the group, or the broker does not answer.</exception>
    /// <exception cref="EffectivelyOnce.StoreUnavailableException">The table could not be read or written.</exception>
    /// <exception cref="EffectivelyOnce.SettingException">The account refuses the credential.</exception>
    public async Task ApplyAsync(OffsetPlan plan, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        await RequireInactiveAsync(plan.Group, cancellationToken);
        if (services.Groups.Contains(plan.Group) && plan.Skipped + plan.Repeated > 0)
        {
            var table = await GroupTable.OpenSharedAsync(services.Tables, GroupProgress.TableName, cancellationToken);
            await new SkippedOffsets(table, plan.Group, by, services.Time).NoteAsync(plan, cancellationToken);
            using var watch = new BrokerWatch(services.Kafka, services.Time, NullLogger.Instance);
            var groupLog = new KafkaGroupLog(services.Kafka, watch, NullLogger<KafkaGroupLog>.Instance);
            var progress = new GroupProgress(plan.Group, table, groupLog, startsAtEnd: false, NullLogger.Instance, services.Time);
            await progress.EnsureFloorsAsync(plan.Topic, cancellationToken);
            foreach (var partition in plan.Partitions.Where(partition => partition.Skipped > 0))
            {
                progress.Finished(plan.Topic, partition.Partition, partition.From, partition.To);
            }

            await progress.FlushAsync(cancellationToken);
        }

        await Task.Run(() => Commit(plan), cancellationToken);
    }

    /// <summary>Makes sure that nobody consumes in a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>When that is known.</returns>
    /// <exception cref="OperationException">Somebody does.</exception>
    public async Task RequireInactiveAsync(string group, CancellationToken cancellationToken)
    {
        var membership = (await members.FindAsync(null, [group], cancellationToken))[0];
        if (membership.IsActive)
        {
            throw new OperationException(
                $"group {group} is {membership.State} with {membership.Members.Count} members: stop its hosts first (fc groups shows "
                    + "them); offsets are changed only while nobody consumes");
        }
    }

    // The group takes up what it never committed at the log's start, and what the broker has dropped meanwhile likewise.
    private static OffsetChange Change(PartitionRange range, long? committed, long to) =>
        new(range.Partition, committed, Math.Max(committed ?? range.Start, range.Start), to);

    private static long Held(string topic, PartitionRange range, long offset) => offset >= range.Start && offset <= range.End
        ? offset
        : throw new OperationException($"{topic} partition {range.Partition} holds offsets {range.Start} to {range.End}, not {offset}: "
            + "name one of them, or one partition with --partition");

    private void Commit(OffsetPlan plan)
    {
        string? lastError = null;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(services.Kafka.Apply(new ConsumerConfig
        {
            GroupId = plan.Group,
            ClientId = "functions-consumers-operations",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AllowAutoCreateTopics = false,
            SessionTimeoutMs = 6_000,
            SocketTimeoutMs = (int)Patience.TotalMilliseconds,
        })).SetErrorHandler((_, error) => lastError = error.Reason).SetLogHandler((_, _) => { }).Build();
        List<TopicPartitionOffset> offsets = [.. plan.Partitions.Select(
            partition => new TopicPartitionOffset(plan.Topic, partition.Partition, partition.To))];
        try
        {
            // Outside of the group: the broker refuses it while the group has members.
            consumer.Commit(offsets);
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.UnknownMemberId && members is not BrokerGroupMembers)
        {
            // The embedded cluster takes offsets of a group that it knows from a member only, also where the group has none.
            JoinAndCommit(consumer, plan.Topic, offsets);
        }
        catch (KafkaException e)
        {
            throw new OperationException(
                $"Kafka at {services.Kafka.Brokers} does not take the offsets of {plan.Group} ({lastError ?? e.Error.Reason}): "
                    + "nothing of them is changed; see that nobody consumes, and ask again", e);
        }
    }

    private void JoinAndCommit(IConsumer<byte[], byte[]> consumer, string topic, List<TopicPartitionOffset> offsets)
    {
        var since = services.Time.GetTimestamp();
        consumer.Subscribe(topic);
        while (consumer.Assignment.Count == 0)
        {
            if (services.Time.GetElapsedTime(since) > 3 * Patience)
            {
                throw new OperationException(
                    $"Kafka at {services.Kafka.Brokers} does not let anybody into the group: see that nobody consumes, and ask again");
            }

            consumer.Consume(TimeSpan.FromMilliseconds(100));
        }

        consumer.Commit(offsets);
        consumer.Close();
    }
}
