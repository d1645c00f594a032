namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>How many histories are run, and what is expected of the consumer in them.</summary>
public sealed record HistoryOptions
{
    /// <summary>How many histories are run: one for each seed.</summary>
    /// <value>Default 1,000.</value>
    public int Count { get; init; } = 1000;

    /// <summary>The first seed; the others follow it.</summary>
    /// <value>Default 1.</value>
    public int FirstSeed { get; init; } = 1;

    /// <summary>
    /// The kinds of messages whose sender says <see cref="InDoubtPolicy.Park" />: none of them may be received twice. All others
    /// are sent again in doubt.
    /// </summary>
    /// <value>Default none.</value>
    public IReadOnlyCollection<string> ParkedKinds { get; init; } = [];

    /// <summary>
    /// The reasons for which an event that the decoder reads may become a dead letter, as <c>too-wide</c> or <c>refused</c>,
    /// beside another event of the records on the same subject. What the decoder itself rejects is always expected.
    /// </summary>
    /// <value>Default none: a plan that the library refuses is a failure.</value>
    public IReadOnlyCollection<string> ExpectedReasons { get; init; } = [];
}
