using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// What a hosted consumer has beside its group: the delivery of a batch until it succeeds, without the records of partitions that
/// have gone, and the loops of upkeep. Only the polling of the genuine Kafka client, on a thread of its own, is left out.
/// </summary>
internal sealed class HostedLife
{
    private static readonly TimeSpan AuditInterval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromSeconds(60);

    private readonly Life _life;
    private readonly AssignedPartitions _assigned = new();
    private readonly BatchDelivery _delivery;
    private readonly UpkeepLoop _upkeep;
    private Task _loops = Task.CompletedTask;

    public HostedLife(Life life, ProcessLife process)
    {
        _life = life;
        _delivery = new BatchDelivery(life.Name, null, life.ProcessAsync, _assigned, Store, life.Time, NullLogger.Instance);
        _upkeep = new UpkeepLoop(life.Group, process.Random, life.Time, NullLogger.Instance);
    }

    /// <summary>Whether a loop has not ended yet.</summary>
    public bool IsRunning => !_loops.IsCompleted;

    /// <summary>The loops begin.</summary>
    public void Start(CancellationToken stop) => _loops = Task.WhenAll(
        _upkeep.RunAsync("gap audit", AuditInterval, AuditAsync, stop),
        _upkeep.RunAsync("retention sweep", RetentionInterval, _life.ForgetOnceAsync, stop));

    public void Assigned(int partition) => _assigned.Add([At(partition)]);

    public void Revoked(int partition) => _assigned.Remove([At(partition)]);

    /// <summary>Delivers a batch until every record of it is handled or its partition has gone.</summary>
    public Task DeliverAsync(ConsumedRecord[] batch, CancellationToken cancellationToken) => _delivery.DeliverAsync(
        [.. batch.Select(record => new ReadRecord(
            record, At(record.Coordinates.Partition), null,
            _assigned.AssignmentOf(At(record.Coordinates.Partition)) ?? -1))],
        cancellationToken);

    private async Task AuditAsync(CancellationToken stop)
    {
        _life.BeginAudit();
        try
        {
            await _life.AuditOnceAsync(_life.World.Setting.Grace, stop);
        }
        finally
        {
            _life.EndAudit();
        }
    }

    private void Store(TopicPartitionOffset next) => _life.Store(next.Partition.Value, (int)next.Offset.Value);

    private static TopicPartition At(int partition) => new(ModelledLog.Topic, partition);
}
