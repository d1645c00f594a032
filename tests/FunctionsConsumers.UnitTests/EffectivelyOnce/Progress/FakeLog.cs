using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Progress;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Progress;

/// <summary>One partition of a log that a test fills; offsets without a record are control records.</summary>
internal sealed class FakeLog : IGroupLog
{
    public string? TopicId { get; set; } = "id";

    public long LogStart { get; set; }

    public long LogEnd { get; set; }

    /// <summary>Ends of the log that are given before the present one, as a question asked too early gets them.</summary>
    public Queue<long> EarlierEnds { get; } = new();

    /// <summary>Ids of the topic that are given before the present one.</summary>
    public Queue<string> EarlierIds { get; } = new();

    /// <summary>Happens once, after the first question is answered, whichever it is.</summary>
    public Action? AfterFirstQuestion { get; set; }

    public long? Committed { get; set; }

    /// <summary>Further partitions, 1 and up.</summary>
    public List<PartitionPosition> Further { get; } = [];

    /// <summary>Partitions that cannot be read.</summary>
    public HashSet<int> Unreadable { get; } = [];

    public SortedDictionary<long, ConsumedRecord> Records { get; } = [];

    public List<(long From, long To)> Read { get; } = [];

    public Task<string?> TopicIdAsync(string topic, CancellationToken cancellationToken) =>
        Answer(EarlierIds.TryDequeue(out var id) ? id : TopicId);

    public Task<IReadOnlyList<PartitionPosition>> PositionsAsync(string topic, string group, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<PartitionPosition>>(
            [new PartitionPosition(0, LogStart, EarlierEnds.TryDequeue(out var end) ? end : LogEnd, Committed), .. Further]);

    private Task<T> Answer<T>(T answer)
    {
        var after = AfterFirstQuestion;
        AfterFirstQuestion = null;
        after?.Invoke();
        return Task.FromResult(answer);
    }

    public Task<LogSlice> ReadAsync(string topic, int partition, long from, long to, int most, CancellationToken cancellationToken)
    {
        if (Unreadable.Contains(partition))
        {
            throw new TimeoutException($"Partition {partition} gives no record.");
        }

        Read.Add((from, to));
        return Task.FromResult(
            new LogSlice([.. Records.Where(record => record.Key >= from && record.Key < to).Select(record => record.Value)], to));
    }
}
