using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.UnitTests.Orders;

/// <summary>Identities for plans.</summary>
internal static class Planning
{
    public static EventIdentity Identity(string group, string subject = "1") =>
        new(group, subject, "key-" + subject, new string('0', 64), new Coordinates("order-events", 3, 42));
}
