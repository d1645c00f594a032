using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Subjects;

namespace FunctionsConsumers.Operations.Stories;

/// <summary>Says what a record of an order is for a group, by what the group has in its table. Pure.</summary>
internal static class SightingVerdicts
{
    public static SightingVerdict Of(GroupStory group, ConsumedRecord record, EventIdentity identity, IReadOnlySet<Coordinates> deadRows)
    {
        var effect = group.Effects.FirstOrDefault(candidate => candidate.OrderId == identity.Subject);
        var place = record.Coordinates;
        if (effect is not null
            && (effect.Topic, effect.Partition, effect.Offset) == (place.Topic, place.Partition, place.Offset))
        {
            return SightingVerdict.Applied;
        }

        if (Redrive.TargetOf(record, group.Group, FunctionsConsumers.Orders.Groups.All) == RedriveTarget.AnotherGroup)
        {
            return SightingVerdict.PassedOver;
        }

        var isSame = effect is not null && Fingerprint.IsOf(identity, effect.Fingerprint);
        if (deadRows.Contains(record.Coordinates))
        {
            return effect is null || isSame || identity.Subject == record.Coordinates.ToString()
                ? SightingVerdict.DeadLettered
                : SightingVerdict.Conflict;
        }

        return effect is null ? SightingVerdict.NotHandled : isSame ? SightingVerdict.Resend : SightingVerdict.Conflict;
    }
}
