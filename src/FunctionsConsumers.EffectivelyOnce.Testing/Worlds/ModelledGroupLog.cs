using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Progress;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// The log as one process life's gap audit and retention sweep see it; each question may fail, and its answer may be old when it
/// arrives.
/// </summary>
internal sealed class ModelledGroupLog(Life life) : IGroupLog
{
    public async Task<string?> TopicIdAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            var told = await life.Ask(
                () => "topic id", () => life.World.Setting.HasTopicId ? life.World.Log.TopicId : "", id => id, cancellationToken);
            return told.Length > 0 ? told : null;
        }
        catch (StoreUnavailableException) when (life.World.Setting.LaterTopics.Count == 0)
        {
            // The broker does not tell today. One that cannot be asked is no answer at all.
            return null;
        }
    }

    public Task<IReadOnlyList<PartitionPosition>> PositionsAsync(string topic, string group, CancellationToken cancellationToken)
    {
        var log = life.World.Log;
        return life.Ask<IReadOnlyList<PartitionPosition>>(
            () => "positions",
            () => [.. Enumerable.Range(0, log.Visible).Select(partition => new PartitionPosition(
                partition, log.Start[partition], log.End[partition], log.HasCommitted[partition] ? log.Committed[partition] : null))],
            positions => string.Join(' ', positions.Select(
                position => string.Create(CultureInfo.InvariantCulture, $"{position.LogStart}-{position.Committed}-{position.LogEnd}"))),
            cancellationToken);
    }

    public async Task<LogSlice> ReadAsync(string topic, int partition, long from, long to, int most, CancellationToken cancellationToken)
    {
        if (from < life.World.Log.Begin[partition] || to > life.World.Log.HighestCommittedEver[partition])
        {
            life.World.Fail(
                $"{life.Name} audits p{partition} from {from} to {to}, and the group began at {life.World.Log.Begin[partition]} "
                + $"and committed {life.World.Log.HighestCommittedEver[partition]}");
        }

        // A reading may end anywhere.
        var size = life.World.Setting.Small is not null
            ? 6
            : 1 + life.World.Choices.Below(life.World.Setting.Kind is HistoryKind.LargeBatches or HistoryKind.Large ? 500 : 6);
        var slice = await life.Ask(
            () => string.Create(CultureInfo.InvariantCulture, $"read log {partition} {from}-{to}"), Read,
            read => read?.ReadTo.ToString(CultureInfo.InvariantCulture) ?? "out of range", cancellationToken);
        return slice.ReadTo < 0 ? throw new StoreUnavailableException("The offset is out of range.") : slice;

        LogSlice Read()
        {
            var log = life.World.Log;
            if (from < log.Start[partition] || from > log.End[partition])
            {
                return new LogSlice([], -1);
            }

            var end = Math.Min(Math.Min(to, from + size), log.End[partition]);
            return new LogSlice([.. Enumerable.Range((int)from, (int)(end - from)).Where(offset => log.At(partition, offset).IsRecord)
                .Select(offset => log.Read(partition, offset, life.World.Setting.LosesTimestamps ? life.World.Choices : null))], end);
        }
    }
}
