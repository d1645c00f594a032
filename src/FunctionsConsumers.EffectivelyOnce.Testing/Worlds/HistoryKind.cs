namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>What a history is about, beside what may happen in every one.</summary>
internal enum HistoryKind
{
    /// <summary>A few records, of every sort.</summary>
    Usual,

    /// <summary>Six partitions, five hosts, 150 records.</summary>
    Large,

    /// <summary>More than a thousand records, which owners take in batches of a thousand.</summary>
    LargeBatches,

    /// <summary>A consumer that keeps keys alone, and three events that are sent again and again.</summary>
    ManyResends,

    /// <summary>Two writers of the same counters, through the genuine client.</summary>
    Contended,

    /// <summary>The topic is deleted and made anew under its name, once or twice, while the hosts go on.</summary>
    MadeAnew,
}
