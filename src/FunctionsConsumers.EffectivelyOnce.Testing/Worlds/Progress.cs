using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// Watches the table <c>progress</c>: a partition's floor is where the group began, what is called finished is settled at
/// that moment, and no writing takes another's back.
/// </summary>
internal sealed class Progress(World world)
{
    private readonly SortedSet<long>?[] _finished = new SortedSet<long>?[world.Setting.Records.Count];

    private readonly long[] _floor = new long[world.Setting.Records.Count];

    // Which of the topics of that name the row is about.
    private readonly int[] _incarnation = new int[world.Setting.Records.Count];

    /// <summary>Whether each partition has its floor that was there when the group began.</summary>
    public bool HasFloors => _finished.Take(_finished.Length - world.Setting.LaterPartitions).All(finished => finished is not null);

    /// <summary>Whether a partition has its floor.</summary>
    public bool HasFloor(int partition) => _finished[partition] is not null;

    /// <summary>Whether everything up to the committed offsets is known to be finished.</summary>
    public bool IsComplete => _finished.Index().All(partition => partition.Item is { } finished
        && _incarnation[partition.Index] == world.Log.Incarnation
        && (!world.Log.HasCommitted[partition.Index]
            || Enumerable.Range(0, Math.Min(world.Log.Committed[partition.Index], world.Log.End[partition.Index]))
                .All(offset => offset < _floor[partition.Index] || finished.Contains(offset))));

    public void OnCommitted(Commit commit, Effects effects)
    {
        foreach (var operation in commit.Request.Operations)
        {
            if (operation.RowKey.StartsWith(ModelledLog.Topic + ":", StringComparison.Ordinal))
            {
                OnPartition(commit.Request.Sender, operation,
                    int.Parse(operation.RowKey.AsSpan(ModelledLog.Topic.Length + 1), CultureInfo.InvariantCulture), effects);
            }
        }
    }

    private void OnPartition(string sender, RowOperation operation, int partition, Effects effects)
    {
        if (operation.Kind == RowOperationKind.Delete)
        {
            world.Fail($"{sender} deletes the progress of p{partition}");
            return;
        }

        var row = world.Progress.Rows(world.Consumer.Group)[operation.RowKey];
        if (IsOfAnOldTopic(sender, partition, row))
        {
            return;
        }

        var begin = world.Log.Begin[partition];
        var floor = row.Number("Floor") ?? -1;
        var highest = world.Log.Incarnation == 0 && world.Setting.HasCommitted?[partition] == true
            ? begin
            : Math.Max(begin, world.Log.Start[partition]);
        if (_finished[partition] is null ? floor < begin || floor > highest : floor != _floor[partition])
        {
            world.Fail($"{sender} sets the floor of p{partition} at {floor}, and the group begins at {begin}");
        }

        _floor[partition] = floor;

        var finished = new SortedSet<long>();
        foreach (var interval in (row.Text("Finished") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            long[] ends = [.. interval.Split('-').Select(end => long.Parse(end, CultureInfo.InvariantCulture))];
            for (var offset = ends[0]; offset < ends[1]; offset++)
            {
                finished.Add(offset);
            }
        }

        long lost = 0;
        foreach (var offset in finished)
        {
            if (!effects.IsFinished(partition, offset, out var isLost))
            {
                world.Fail($"{sender} calls {partition}:{offset} finished, and it has neither its effect nor its dead letter");
            }

            lost += isLost ? 1 : 0;
        }

        if (lost > row.Number("Lost") || row.Number("Lost") > finished.Count(offset => offset < world.Log.Start[partition]))
        {
            world.Fail($"{sender} counts {row.Number("Lost")} records of p{partition} as lost, and the broker dropped {lost}");
        }

        if (_finished[partition] is { } before && !before.IsSubsetOf(finished))
        {
            world.Fail($"{sender} takes back that {partition}:{before.Except(finished).First()} is finished");
        }

        _finished[partition] = finished;
    }

    // What is noted of a topic that is gone is nobody's matter. The row of a topic made anew begins anew, and does not go back.
    private bool IsOfAnOldTopic(string sender, int partition, Row row)
    {
        if (world.Setting.LaterTopics.Count == 0)
        {
            return false;
        }

        var incarnation = world.Log.IncarnationOf(row.Text("TopicId"));
        if (incarnation < _incarnation[partition])
        {
            world.Fail($"{sender} takes back that the topic was made anew: the row of p{partition} is about '{row.Text("TopicId")}'");
        }

        if (incarnation > _incarnation[partition])
        {
            _finished[partition] = null;
            _incarnation[partition] = incarnation;
        }

        var isOld = incarnation != world.Log.Incarnation;
        world.Happenings.On(Happening.NoteOfAnOldTopic, isOld ? 1 : 0);
        return isOld;
    }
}
