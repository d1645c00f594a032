using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Billing;

/// <summary>Plans one invoice for each order. Its row is also the order's row.</summary>
public sealed class InvoiceConsumer : IEventPlanner<OrderEvent>
{
    /// <summary>The consumer group; its table has the same name.</summary>
    public const string GroupName = "billing";

    /// <inheritdoc />
    public static string Group => GroupName;

    /// <inheritdoc />
    public static string EffectKind => "invoice";

    /// <summary>
    /// Plans the invoice. Every column is always there; <c>CustomerId</c> is empty where the order names no customer.
    /// </summary>
    /// <param name="event">The order.</param>
    /// <param name="identity">Who the event is.</param>
    /// <returns>The plan.</returns>
    public Plan Plan(OrderEvent @event, EventIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(@event);
        return new Plan
        {
            Effect =
            {
                ["OrderId"] = @event.OrderId,
                ["CustomerId"] = @event.CustomerId ?? "",
                ["Currency"] = @event.Currency,
                ["Total"] = Money.Text(@event.Total),
                ["Lines"] = InvoiceLines.Json(@event.Lines),
            },
        };
    }
}
