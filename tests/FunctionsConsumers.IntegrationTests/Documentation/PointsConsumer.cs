using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Loyalty;

/// <summary>Plans ten points for each line of an order.</summary>
public sealed class PointsConsumer : IEventPlanner<OrderEvent>
{
    /// <inheritdoc />
    public static string Group => Groups.Loyalty;

    /// <inheritdoc />
    public static string EffectKind => "points";

    /// <summary>Plans the points; the row <c>points!&lt;order id&gt;</c>.</summary>
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
                ["Points"] = @event.Lines.Count * 10,
            },
        };
    }
}
