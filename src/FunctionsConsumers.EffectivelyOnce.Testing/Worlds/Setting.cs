namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>What a history starts with: the consumer, the records, the hosts, the table's layout.</summary>
internal sealed record Setting
{
    public required int Seed { get; init; }

    /// <summary>Makes the consumer of one world: what it keeps in memory is that world's.</summary>
    public required Func<World, ConsumerUnderTest> Consumer { get; init; }

    /// <summary>What the history is about.</summary>
    public HistoryKind Kind { get; init; }

    public required IReadOnlyList<IReadOnlyList<LoggedRecord>> Records { get; init; }

    /// <summary>
    /// The records of the topics that are made later under the same name, one after the other: the one before is deleted.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<IReadOnlyList<LoggedRecord>>> LaterTopics { get; init; } = [];

    /// <summary>Where the group begins in each partition; null for the first record of each.</summary>
    public IReadOnlyList<int>? Begins { get; init; }

    /// <summary>Whether the group has committed that offset; null for nowhere.</summary>
    public IReadOnlyList<bool>? HasCommitted { get; init; }

    /// <summary>Whether the group notes its progress and audits it; a small world without audits does not.</summary>
    public bool KeepsProgress => Small is null or { Audits: > 0 };

    /// <summary>Whether the broker tells the topic's id.</summary>
    public bool HasTopicId { get; init; } = true;

    /// <summary>How many of the partitions come later, when the topic grows: the group is to have them from their beginning.</summary>
    public int LaterPartitions { get; init; }

    /// <summary>Whether a record comes now with its timestamp and now without.</summary>
    public bool LosesTimestamps { get; init; }

    /// <summary>Whether hosts of an old version run beside those of the new one.</summary>
    public bool HasVersions { get; init; }

    /// <summary>How long a gap audit waits for owners that have not written their progress yet.</summary>
    public TimeSpan Grace { get; init; }

    /// <summary>
    /// Whether keys and dead letters' rows grow old enough to be forgotten. The hosts' clocks are then right to two minutes.
    /// </summary>
    public bool Forgets { get; init; }

    /// <summary>
    /// Whether anybody forgets rows by a clock, as hosted consumers do by themselves: every host's is then right to two minutes,
    /// which forgetting needs.
    /// </summary>
    public bool NeedsRightClocks => Forgets || IsHosted;

    /// <summary>
    /// Whether no delivery lasts longer than a few minutes, as the broker sees to it: what is forgotten, and what is noted of a
    /// topic made anew, depends on it.
    /// </summary>
    public bool EndsDeliveries => Forgets || LaterTopics.Count > 0;

    public TimeSpan Retention { get; init; } = TimeSpan.FromMinutes(30);

    public int Buckets { get; init; } = 2;

    public int Hosts { get; init; } = 2;

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan BatchDeadline { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Whether the hosts ask the tables through the genuine client, with its own retries; else by the store's port.</summary>
    public bool ThroughClient { get; init; }

    /// <summary>Whether the hosts are hosted consumers; else the Functions host delivers and calls for upkeep.</summary>
    public bool IsHosted { get; init; }

    /// <summary>The bound of a small world, in which a batch holds all there is; null for a history of a seed.</summary>
    public SmallWorld? Small { get; init; }
}
