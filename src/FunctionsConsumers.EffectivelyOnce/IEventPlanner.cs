namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// A consumer group's decisions. It does not write: it plans, as a pure function from an event to effects, and the
/// library commits key and effects in one entity group transaction.
/// </summary>
/// <typeparam name="TEvent">The domain's event.</typeparam>
public interface IEventPlanner<in TEvent>
{
    /// <summary>The consumer group, which is also the name of its table. Said here and nowhere else.</summary>
    static abstract string Group { get; }

    /// <summary>
    /// The first part of the effect's row key: <c>invoice</c> for <c>invoice!&lt;subject&gt;</c>. This row is both the effect
    /// and the subject's row. Null for a planner that inserts no such row: the library then writes <c>key!&lt;subject&gt;</c>.
    /// 1 to 64 ASCII letters, digits, <c>-</c>, <c>_</c> or <c>.</c>, and none of <c>key</c>, <c>dead</c>, <c>outbox</c> and
    /// <c>meta</c>: a planner with another kind is refused at the start.
    /// </summary>
    /// <value>Default null.</value>
    static virtual string? EffectKind => null;

    /// <summary>
    /// Plans the effects of one event. The same event and identity always give the same plan. A plan that holds what no plan
    /// may is a dead letter with the reason <c>refused</c>, and so is an event for which this throws, unless the event has its
    /// effect already.
    /// </summary>
    /// <param name="event">The event.</param>
    /// <param name="identity">Who the event is: subject, key, coordinates.</param>
    /// <returns>The plan.</returns>
    Plan Plan(TEvent @event, EventIdentity identity);
}

/// <summary>A planner with the group and the kind that its type names, as the processor takes it.</summary>
internal sealed class GroupPlanner<TEvent, TPlanner>(TPlanner planner) : IConsumer<TEvent>
    where TPlanner : IEventPlanner<TEvent>
{
    /// <inheritdoc />
    public string Group => TPlanner.Group;

    /// <inheritdoc />
    public string? EffectKind => TPlanner.EffectKind;

    /// <inheritdoc />
    public Plan Plan(TEvent @event, EventIdentity identity) => planner.Plan(@event, identity);
}
