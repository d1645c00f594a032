namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>A user's planner with the names that its type has, as the processor takes it.</summary>
internal interface IConsumer<in TEvent>
{
    /// <summary>The consumer group, which is also the name of its table.</summary>
    string Group { get; }

    /// <summary>The first part of the effect's row key (<see cref="IEventPlanner{TEvent}.EffectKind" />).</summary>
    string? EffectKind { get; }

    /// <summary>Plans the effects of one event (<see cref="IEventPlanner{TEvent}.Plan" />).</summary>
    Plan Plan(TEvent @event, EventIdentity identity);
}

/// <summary>
/// The effects of one event: what is inserted, added and sent in one transaction with its key. Columns have names of letters,
/// digits and <c>_</c>; those of the library (<c>PartitionKey</c>, <c>RowKey</c>, <c>Timestamp</c>, <c>Key</c>, <c>State</c>,
/// <c>Fingerprint</c>, <c>Attempt</c>, <c>Topic</c>, <c>Partition</c>, <c>Offset</c>, <c>AppliedAt</c>, <c>ProlongedAt</c>,
/// <c>SeenAt</c>) are not the plan's to write, nor are rows of the library's kinds or of the consumer's own effects.
/// </summary>
public sealed record Plan
{
    private readonly bool _hasEffect;

    /// <summary>
    /// The columns of the effect's row, which is also the subject's row; the library adds the identity columns. Empty where
    /// <see cref="IEventPlanner{TEvent}.EffectKind" /> is null. Values: string, int, long, bool, double, byte[],
    /// DateTimeOffset.
    /// </summary>
    public EffectColumns Effect
    {
        // Made where it is asked for: most planners give one of their own, and the default would be made for nothing.
        get => field is null && !_hasEffect ? field = [] : field!;
        init => (field, _hasEffect) = (value, true);
    }

    /// <summary>
    /// Further rows to insert. A row key is made by <see cref="RowKey" /> from the subject: an event whose row another event
    /// has inserted is a dead letter, <c>refused</c>. None where <see cref="IEventPlanner{TEvent}.EffectKind" /> is null: the
    /// key is forgotten after its retention and these rows are not, and a late resend would end in the same way.
    /// </summary>
    public IReadOnlyList<RowInsert> Inserts { get; init; } = [];

    /// <summary>Amounts to add to counters, at most one addition for each row and column.</summary>
    public IReadOnlyList<Addition> Additions { get; init; } = [];

    /// <summary>Messages to send once the transaction has been committed; the position in the list is the message's ordinal.</summary>
    public IReadOnlyList<PlannedMessage> Messages { get; init; } = [];
}

/// <summary>A further row of a plan.</summary>
/// <param name="RowKey">The row key.</param>
/// <param name="Columns">The columns.</param>
public sealed record RowInsert(string RowKey, IReadOnlyDictionary<string, object> Columns);

/// <summary>An amount to add to a counter's row in the subject's bucket.</summary>
/// <param name="RowKey">The counter's row key. It should name topic and partition, so that owners do not fight over it.</param>
/// <param name="Column">The column, an Int64; absent counts as 0.</param>
/// <param name="Amount">
/// What to add; may be negative. An event that would take the column out of an Int64's range is a dead letter, <c>refused</c>.
/// </param>
public sealed record Addition(string RowKey, string Column, long Amount);

/// <summary>A message to send once the effects are committed.</summary>
/// <param name="Kind">The kind, by which the sender is found: 1 to 64 characters, and not <c>dead-letter</c>.</param>
/// <param name="Payload">What the sender of that kind understands.</param>
public sealed record PlannedMessage(string Kind, byte[] Payload)
{
    private const int MaxTopicLength = 249;

    /// <summary>
    /// A record for a Kafka topic, sent with the header <c>message-id</c>, which is the same for every attempt. A consumer of
    /// this library takes it for the idempotency key. After a send in doubt the record may be written twice.
    /// </summary>
    /// <param name="topic">The topic: 1 to 249 ASCII letters, digits, <c>.</c>, <c>_</c> or <c>-</c>. The library does not make
    /// it.</param>
    /// <param name="key">The key; null for none.</param>
    /// <param name="value">The value; null for a tombstone.</param>
    /// <param name="headers">Further headers, none of them named <c>message-id</c>; null for none.</param>
    /// <returns>The message.</returns>
    /// <exception cref="ArgumentException">No broker takes a topic of that name, or a header has the library's own name.</exception>
    public static PlannedMessage ToTopic(string topic, byte[]? key, byte[]? value, IReadOnlyList<RecordHeader>? headers = null)
    {
        if (topic is null or "" or "." or ".."
            || topic.Length > MaxTopicLength
            || !topic.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            throw new ArgumentException(
                $"No broker takes the topic '{topic}': give 1 to {MaxTopicLength} ASCII letters, digits, '.', '_' or '-'.", nameof(topic));
        }

        if (headers is not null && headers.Any(header => header.Name is null or "" or TopicMessage.IdHeader))
        {
            throw new ArgumentException(
                $"A header of the record for '{topic}' has no name, or the name '{TopicMessage.IdHeader}', which is the library's own.",
                nameof(headers));
        }

        return new PlannedMessage(TopicMessage.Kind, new TopicMessage(topic, key, value, headers ?? []).ToPayload());
    }
}
