using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Operations.DeadLetters;

/// <summary>
/// What is known of one group's dead letters, read on from where the last reading ended, so that looking again costs only what is
/// new. Payloads are not kept. One caller at a time.
/// </summary>
internal sealed class GroupLetters(string group, string topic, TopicLog log)
{
    /// <summary>How many letters of a partition are looked at, the newest ones.</summary>
    public const int Most = 200_000;

    private readonly Dictionary<int, long> _readTo = [];
    private readonly Dictionary<string, DeadLetterEntry> _byId = new(StringComparer.Ordinal);
    private readonly HashSet<string> _redrives = new(StringComparer.Ordinal);
    private List<DeadLetterEntry> _entries = [];

    /// <summary>The dead-letter topic.</summary>
    public string Topic { get; } = DeadLetter.TopicOf(topic, group);

    /// <summary>The letters, in the order in which they were read.</summary>
    public IReadOnlyList<DeadLetterEntry> Entries => _entries;

    /// <summary>Whether older letters were passed over.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Reads what came since the last reading.</summary>
    public async Task ReadOnAsync(CancellationToken cancellationToken)
    {
        // No topic yet: nothing was ever dead-lettered there.
        var held = await log.FindAsync(Topic, cancellationToken) ?? [];
        if (_readTo.Any(read => held.FirstOrDefault(range => range.Partition == read.Key) is var range && range.End < read.Value))
        {
            Forget(_ => true);
            _readTo.Clear();
        }

        List<PartitionRange> fresh = [.. held.Select(range =>
            range with { Start = Math.Max(Math.Max(range.Start, range.End - Most), _readTo.GetValueOrDefault(range.Partition)) })];
        IsCut = held.Any(range => range.Length > Most);
        await log.ReadAsync(Topic, fresh, Take, cancellationToken);
        fresh.ForEach(range => _readTo[range.Partition] = range.End);

        // What the broker has dropped meanwhile cannot be shown or redriven.
        var starts = held.ToDictionary(range => range.Partition, range => range.Start);
        Forget(entry => starts.GetValueOrDefault(entry.At.Partition) > entry.At.Offset);
    }

    private void Take(ConsumedRecord record)
    {
        var entry = LetterReader.Entry(group, record);

        // A reading that was broken off begins again where it began. And a second copy of one redrive, that of a process
        // which died before it could say that the first was sent, is no second letter.
        if (_byId.TryAdd(entry.Id, entry) && (entry.RedriveOf is null || _redrives.Add(entry.RedriveOf)))
        {
            _entries.Add(entry);
        }
    }

    private void Forget(Predicate<DeadLetterEntry> isGone)
    {
        if (_entries.Exists(isGone))
        {
            foreach (var gone in _byId.Values.Where(entry => isGone(entry)).ToList())
            {
                _byId.Remove(gone.Id);
                _redrives.Remove(gone.RedriveOf ?? "");
            }

            _entries = [.. _entries.Where(entry => !isGone(entry))];
        }
    }
}
