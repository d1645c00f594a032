using FunctionsConsumers.Audit.Orders;

namespace FunctionsConsumers.Audit.Tables;

/// <summary>What the effect of an order has to say in each group. Pure.</summary>
internal static class EffectRules
{
    private const string Stock = "inventory";

    // The audit names the groups itself, on purpose: it does not take the word of the code it judges.
    private static readonly Dictionary<string, EffectRule> Rules = new(StringComparer.Ordinal)
    {
        ["billing"] = new("invoice", InvoiceDifference),
        [Stock] = new("reservation", ReservationDifference),
        ["notification"] = new("confirmation", ConfirmationDifference),
    };

    /// <summary>The first part of the row key of a group's effect; null for a group that the audit does not know.</summary>
    public static string? KindOf(string group) => Rules.GetValueOrDefault(group)?.Kind;

    /// <summary>Whether a group keeps the stock.</summary>
    public static bool KeepsStock(string group) => group == Stock;

    /// <summary>Compares an effect with its order.</summary>
    /// <returns>What differs; null where nothing does.</returns>
    public static string? Difference(string group, AuditedOrder order, EffectContent effect) =>
        Rules.GetValueOrDefault(group)?.Difference(order, effect);

    /// <summary>The quantities of an order, added up by product.</summary>
    /// <param name="lines">The lines.</param>
    /// <returns>The quantity of each product.</returns>
    public static Dictionary<string, long> Quantities(AuditedLine[] lines)
    {
        var quantities = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            quantities[line.Product] = quantities.GetValueOrDefault(line.Product) + line.Quantity;
        }

        return quantities;
    }

    // The lines of an invoice stay separate and in order; a price the order did not give is the catalog's of that hour,
    // which the audit cannot know: it enters the sum as the invoice has it.
    private static string? InvoiceDifference(AuditedOrder order, EffectContent invoice)
    {
        if (invoice.Lines is not { } lines || lines.Length != order.Lines.Length)
        {
            return $"its invoice has {invoice.Lines?.Length ?? 0} lines, the order {order.Lines.Length}";
        }

        var sum = ExactAmount.Zero;
        for (var i = 0; i < lines.Length; i++)
        {
            var (ordered, invoiced) = (order.Lines[i], lines[i]);
            if (invoiced.Product != ordered.Product || invoiced.Quantity != ordered.Quantity)
            {
                return $"its invoice says {invoiced.Quantity} × {invoiced.Product}, the order {ordered.Quantity} × {ordered.Product}";
            }

            if (invoiced.UnitPrice is not { } price || (ordered.UnitPrice is { } given && given != price))
            {
                return $"its invoice takes {invoiced.UnitPrice} for a {ordered.Product}, the order {ordered.UnitPrice}";
            }

            sum = sum.Plus(ExactAmount.Of(price), invoiced.Quantity);
        }

        if (ExactAmount.Parse(invoice.Total) is not { } total || !total.Equals(sum))
        {
            return $"its invoice's total {invoice.Total} is not the sum of its lines";
        }

        return invoice.Currency == order.Currency ? null : $"its invoice is in {invoice.Currency}, the order in {order.Currency}";
    }

    private static string? ReservationDifference(AuditedOrder order, EffectContent reservation)
    {
        var ordered = Quantities(order.Lines);
        return reservation.Lines is { } lines && lines.Length == ordered.Count
            && lines.All(line => ordered.TryGetValue(line.Product, out var quantity) && quantity == line.Quantity)
            ? null
            : "its reservation holds other products or quantities than the order";
    }

    private static string? ConfirmationDifference(AuditedOrder order, EffectContent confirmation) => order.Email is null
        ? confirmation.Channel == "none" && string.IsNullOrEmpty(confirmation.To) ? null : "it names no address, and its confirmation does"
        : confirmation.Channel == "email"
            && confirmation.To == order.Email ? null : "its confirmation goes to another address than the order's";
}

/// <summary>How a group's effects are judged.</summary>
/// <param name="Kind">The first part of the effect's row key.</param>
/// <param name="Difference">What an effect says differently from its order; null where it says the same.</param>
internal sealed record EffectRule(string Kind, Func<AuditedOrder, EffectContent, string?> Difference);
