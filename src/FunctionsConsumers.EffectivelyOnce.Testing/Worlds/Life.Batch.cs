using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <content>How the trigger feeds a process life: batches taken, stored, committed, and skipped by the host.</content>
internal sealed partial class Life
{
    // What a host takes at once at most: the extension's maxBatchSize may say so.
    private const int LargestBatch = 1000;

    /// <summary>Takes the next batch, or the one that failed once more, and processes it.</summary>
    public void Take()
    {
        if (Fetch() is { } batch)
        {
            Observe("batch", World.IsObserved ? string.Join(' ', batch.Select(record => record.Coordinates)) : "");
            _ = RunBatchAsync(batch);
        }
    }

    /// <summary>The host takes a batch and does not give it to function code; its offsets are committed all the same.</summary>
    public void Skip()
    {
        if (Fetch() is { } batch)
        {
            Observe("skipped", "");
            World.Note(Name, $"the host skips [{Describe(batch)}]");
            World.Happenings.On(Happening.RecordSkipped, batch.Length);
            Store(batch);
        }
    }

    /// <summary>Commits what is stored, where the group still takes it.</summary>
    public void Commit()
    {
        foreach (var (partition, state) in _partitions)
        {
            if (IsCurrent(partition) && state.Stored > World.Log.Committed[partition])
            {
                World.Log.Commit(partition, state.Stored);
                World.Note(Name, $"commits p{partition} at {state.Stored}");
            }
        }
    }

    /// <summary>Reads some records ahead: they wait for the batch before them, and are its successor's first ones.</summary>
    public void ReadAhead()
    {
        foreach (var partition in _partitions.Keys.Where(IsCurrent).Order().ToArray())
        {
            var place = PlaceOf(partition);
            var count = World.Choices.Below(World.Log.End[partition] - place + 1);
            _ahead.AddRange(Records(partition, place, count));
            _partitions[partition] = _partitions[partition] with { Position = place + count };
        }

        if (_ahead.Count > 0)
        {
            World.Note(Name, $"has read ahead [{Describe(_ahead)}]");
            BeginHand();
        }
    }

    private IEnumerable<ConsumedRecord> Records(int partition, int from, int count) => Enumerable.Range(from, count)
        .Where(offset => World.Log.At(partition, offset).IsRecord)
        .Select(offset => World.Log.Read(partition, offset, World.Setting.LosesTimestamps ? World.Choices : null));

    // The batch in hand, or the next one; null where there is no record.
    private ConsumedRecord[]? Fetch()
    {
        if (_batch is not null)
        {
            return _batch;
        }

        List<ConsumedRecord> records = [.. _ahead];
        _ahead.Clear();
        _batchGenerations = records.Select(record => record.Coordinates.Partition).Distinct()
            .ToDictionary(partition => partition, partition => _partitions[partition].Generation);
        foreach (var (partition, state) in _partitions.Where(partition => IsCurrent(partition.Key))
            .OrderBy(partition => partition.Key)
            .ToArray())
        {
            var position = PlaceOf(partition);
            var there = World.Log.End[partition] - position;
            var count = there == 0 ? 0
                : World.Setting.Small is not null ? there
                : World.Setting.Kind is HistoryKind.LargeBatches ? Math.Min(there, LargestBatch - records.Count)
                : World.Choices.Below(there + 1);
            records.AddRange(Records(partition, position, count));
            _partitions[partition] = state with { Position = position + count };
            _batchGenerations[partition] = state.Generation;
        }

        if (records.Count == 0)
        {
            return null;
        }

        _batch = [.. records];
        World.Happenings.On(Happening.BatchOfAThousand, records.Count >= LargestBatch ? 1 : 0);
        BeginHand();
        return _batch;
    }

    // What the broker has dropped meanwhile is passed over, and beyond the end, in a topic made anew, reading begins at the
    // start: autoOffsetReset Earliest says so. Below the end nobody notices that it is another topic.
    private int PlaceOf(int partition) => _partitions[partition].Position is var position && position > World.Log.End[partition]
        ? World.Log.Start[partition]
        : Math.Max(position, World.Log.Start[partition]);

    /// <summary>Stores an offset of a partition that is held.</summary>
    public void Store(int partition, int next) => _partitions[partition] = _partitions[partition] with { Stored = next };

    // The host stores the offset after the last record of each partition that is still its own.
    private void Store(ConsumedRecord[] batch)
    {
        foreach (var (partition, generation) in _batchGenerations)
        {
            if (_partitions[partition] is var state && state.Generation == generation)
            {
                var next = batch.Where(record => record.Coordinates.Partition == partition)
                    .Select(record => (int)record.Coordinates.Offset + 1)
                    .DefaultIfEmpty(state.Stored)
                    .Max();
                _partitions[partition] = state with { Stored = next };
            }
        }

        _batch = null;
        EndHand();
    }

    private void BeginHand() => InHandSince ??= World.Clock.Now;

    private void EndHand() => InHandSince = _batch is null && _ahead.Count == 0 && !_auditing ? null : InHandSince;
}
