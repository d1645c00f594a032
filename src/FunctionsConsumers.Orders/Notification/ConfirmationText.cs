using System.Text;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Notification;

/// <summary>The words of a confirmation.</summary>
internal static class ConfirmationText
{
    // Kept for the next mail that the same thread writes.
    [ThreadStatic]
    private static StringBuilder? t_text;

    /// <summary>The mail's subject.</summary>
    public static string Subject(OrderEvent order) => $"Your order {order.OrderId}";

    /// <summary>The mail's text.</summary>
    public static string Text(OrderEvent order)
    {
        var text = (t_text ??= new StringBuilder(1024)).Clear().Append("Hello,\n\nthank you for your order ")
            .Append(order.OrderId).Append(". We have received it:\n\n");
        foreach (var line in order.Lines)
        {
            text.Append("  ").Append(line.Quantity).Append(" x ").Append(line.Product)
                .Append(" at ").Append(Money.Text(line.UnitPrice))
                .Append(" = ").Append(Money.Text(line.Amount)).Append(' ').Append(order.Currency).Append('\n');
        }

        return text.Append("\nTotal: ").Append(Money.Text(order.Total)).Append(' ').Append(order.Currency)
            .Append("\n\nThis mail confirms that your order arrived; it is no invoice. It was sent automatically to the\naddress that was "
                + "given with the order.\n")
            .ToString();
    }
}
