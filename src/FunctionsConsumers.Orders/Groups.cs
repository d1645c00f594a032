using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Billing;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Inventory;
using FunctionsConsumers.Orders.Notification;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers.Orders;

/// <summary>The consumer groups. A consumer is registered by its line in the list below, and everything else follows it.</summary>
public static class Groups
{
    private static readonly IReadOnlyList<OrderConsumer> Consumers =
    [
        Consumer<InvoiceConsumer>(),
        Consumer<ReservationConsumer>(),
        Consumer<ConfirmationConsumer>(),
    ];

    /// <summary>The names of all groups, in the order in which they are listed everywhere; each is also the name of its table.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Consumers.Select(consumer => consumer.Group)];

    /// <summary>The first part of the row key of a group's effect.</summary>
    /// <param name="group">The group.</param>
    /// <returns>The first part; null for a group that inserts no effect of its own, and for one that is not registered.</returns>
    public static string? EffectKindOf(string group) => Consumers.FirstOrDefault(consumer => consumer.Group == group)?.EffectKind;

    /// <summary>
    /// The decisions of a group, by themselves: for who looks at what they come to beside the running hosts. Null for a group that is
    /// not registered.
    /// </summary>
    internal static IConsumer<OrderEvent>? DecisionsOf(string group) =>
        Consumers.FirstOrDefault(consumer => consumer.Group == group)?.Decisions();

    /// <summary>Registers all consumers.</summary>
    internal static void Register(EffectivelyOnceBuilder builder, string topic)
    {
        foreach (var consumer in Consumers)
        {
            consumer.Register(builder, topic);
        }
    }

    private static OrderConsumer Consumer<TPlanner>()
        where TPlanner : class, IEventPlanner<OrderEvent>, new() =>
        new(
            TPlanner.Group,
            TPlanner.EffectKind,
            () => new GroupPlanner<OrderEvent, TPlanner>(new TPlanner()),
            (builder, topic) => builder.AddConsumer<OrderEvent, TPlanner>(topic));

    private sealed record OrderConsumer(
        string Group, string? EffectKind, Func<IConsumer<OrderEvent>> Decisions, Action<EffectivelyOnceBuilder, string> Register);
}
