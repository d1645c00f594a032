using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;

namespace FunctionsConsumers.Operations.Replays;

/// <summary>The decisions of one group under the name of another.</summary>
internal sealed class ReplayedConsumer<TEvent>(string group, IConsumer<TEvent> like) : IConsumer<TEvent>
{
    /// <inheritdoc />
    public string Group => group;

    /// <inheritdoc />
    public string? EffectKind => like.EffectKind;

    /// <inheritdoc />
    public Plan Plan(TEvent @event, EventIdentity identity) => like.Plan(@event, identity);
}

/// <summary>Leaves committed messages where they are: what a replay plans is looked at and never sent.</summary>
internal sealed class UnsentOutbox : IOutbox
{
    /// <inheritdoc />
    public void Offer(string bucket, IReadOnlyList<CommittedParcel> parcels)
    {
    }
}
