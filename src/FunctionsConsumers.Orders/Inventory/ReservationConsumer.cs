using System.Text.Json;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Inventory;

/// <summary>
/// Plans the reservation of an order's products: one row for the order, and for each product an addition to the counter
/// that only orders of the same topic partition and bucket write. At most 90 products and one row fit a transaction.
/// </summary>
public sealed class ReservationConsumer : IEventPlanner<OrderEvent>
{
    /// <summary>The consumer group; its table has the same name.</summary>
    public const string GroupName = "inventory";

    /// <summary>The first part of the row keys of the counters.</summary>
    public const string CounterKind = "stock";

    /// <summary>The counters' column.</summary>
    public const string CounterColumn = "Reserved";

    private static readonly JsonEncodedText Product = JsonEncodedText.Encode("product");
    private static readonly JsonEncodedText Quantity = JsonEncodedText.Encode("quantity");

    /// <inheritdoc />
    public static string Group => GroupName;

    /// <inheritdoc />
    public static string EffectKind => "reservation";

    /// <summary>Plans the reservation. Stock is not checked: below zero is a back order, which is reported elsewhere.</summary>
    /// <param name="event">The order.</param>
    /// <param name="identity">Who the event is; its coordinates name the counters.</param>
    /// <returns>The plan.</returns>
    public Plan Plan(OrderEvent @event, EventIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(@event);
        ArgumentNullException.ThrowIfNull(identity);
        var quantities = @event.QuantitiesByProduct();
        var additions = new Addition[quantities.Count];
        for (var i = 0; i < additions.Length; i++)
        {
            additions[i] = new Addition(
                RowKey.OfCounter(CounterKind, quantities[i].Key, identity.Coordinates), CounterColumn, quantities[i].Value);
        }

        return new Plan
        {
            Effect =
            {
                ["OrderId"] = @event.OrderId,
                ["Lines"] = Json(quantities),
            },
            Additions = additions,
        };
    }

    // Never longer than the invoice's lines, whose length the decoder has checked.
    private static string Json(IReadOnlyList<KeyValuePair<string, long>> quantities)
    {
        return ColumnJson.Write(quantities, static (json, quantities) =>
        {
            json.WriteStartArray();
            for (var i = 0; i < quantities.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString(Product, quantities[i].Key);
                json.WriteNumber(Quantity, quantities[i].Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}
