using System.Text;
using System.Text.Json;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Reading;

/// <summary>The properties that an order's value gives a meaning to.</summary>
[Flags]
internal enum OrderFields
{
    None = 0,
    OrderId = 1,
    EventId = 1 << 1,
    CustomerId = 1 << 2,
    Email = 1 << 3,
    Currency = 1 << 4,
    PlacedAt = 1 << 5,
    Product = 1 << 6,
    Quantity = 1 << 7,
    UnitPrice = 1 << 8,
    Lines = 1 << 9,
    OfLine = Product | Quantity | UnitPrice,
    OfOrder = (1 << 10) - 1,
}

/// <summary>The names of the properties.</summary>
internal static class OrderFieldNames
{
    /// <summary>The property that a name names. None where the name has no meaning.</summary>
    public static OrderFields Of(ref readonly Utf8JsonReader json)
    {
        var name = json.ValueIsEscaped ? Encoding.UTF8.GetBytes(JsonText.Read(in json)) : json.ValueSpan;
        return name.Length switch
        {
            5 => name.SequenceEqual("lines"u8) ? OrderFields.Lines : name.SequenceEqual("email"u8) ? OrderFields.Email : OrderFields.None,
            7 => name.SequenceEqual("product"u8) ? OrderFields.Product : OrderFields.None,
            8 => name.SequenceEqual("order_id"u8) ? OrderFields.OrderId
                : name.SequenceEqual("quantity"u8) ? OrderFields.Quantity
                : name.SequenceEqual("currency"u8) ? OrderFields.Currency
                : name.SequenceEqual("event_id"u8) ? OrderFields.EventId : OrderFields.None,
            9 => name.SequenceEqual("placed_at"u8) ? OrderFields.PlacedAt : OrderFields.None,
            10 => name.SequenceEqual("unit_price"u8) ? OrderFields.UnitPrice : OrderFields.None,
            11 => name.SequenceEqual("customer_id"u8) ? OrderFields.CustomerId : OrderFields.None,
            _ => OrderFields.None,
        };
    }
}
