using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>Asks a planner twice for every plan, and holds it to what it planned for the same record before the history began.</summary>
internal sealed class WatchedConsumer<TEvent>(IConsumer<TEvent> consumer, ExpectedRecords<TEvent> expected, World world, string host)
    : IConsumer<TEvent>
{
    public string Group => consumer.Group;

    public string? EffectKind => consumer.EffectKind;

    public Plan Plan(TEvent @event, EventIdentity identity)
    {
        var plan = consumer.Plan(@event, identity);
        var record = expected.At(identity.Coordinates);
        Compare(record, identity, plan);
        Compare(record, identity, consumer.Plan(@event, identity));
        return plan;
    }

    private void Compare(ExpectedRecord? record, EventIdentity identity, Plan plan)
    {
        if (record is { Plan: not null } && PlanText.Difference(record.Text, PlanText.Of(plan)) is var (before, now))
        {
            world.Fail($"the planner of '{Group}' plans {identity.Coordinates}, subject {identity.Subject}, differently each time it is "
                + $"asked: before '{before}', on {host} '{now}'. A plan may depend on the event and its identity alone: no "
                + "clock, no random number, nothing kept from earlier events.");
        }
    }
}
