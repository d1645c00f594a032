using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Billing;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Reading;

/// <summary>
/// Gives the lines of a draft without faults their products and prices. What is refused here for the catalog's sake is
/// refused for now only.
/// </summary>
internal static class OrderPricing
{
    /// <summary>Makes the order. Null if the draft is rejected.</summary>
    public static Rejection? Price(OrderDraft draft, ProductCatalog catalog, out OrderEvent? order)
    {
        order = null;
        var lines = new OrderLine[draft.Lines.Count];
        var total = UInt128.Zero;
        var hangsOnCatalog = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = draft.Lines[i];
            if (catalog.Find(line.Product!) is not { } product)
            {
                return new Rejection(RejectionReasons.UnknownProduct,
                    $"The catalog has no product {JsonText.Quote(line.Product!)}: correct the order, or add the product to table catalog.",
                    Provisional: true);
            }

            // A price is below 2^96, a quantity below 2^20, and there are fewer than 2^9 lines: 128 bits hold the sum.
            total += (line.Price ?? Money.ToUnits(product.Price)) * (uint)line.Quantity;
            hangsOnCatalog |= line.Price is null;
            lines[i] = new OrderLine(product.Name, line.Quantity, line.Price is { } units ? Money.FromUnits(units) : product.Price);
        }

        if (total > Money.MaxUnits)
        {
            return new Rejection(RejectionReasons.BadPrice,
                "The order's total is beyond what can be added exactly: split the order, or correct its prices.", hangsOnCatalog);
        }

        if (InvoiceLines.ExceedColumn(lines))
        {
            return new Rejection(RejectionReasons.TooLarge,
                "The order's lines take more than 64 KiB in the invoice: split it into several orders.", hangsOnCatalog);
        }

        order = new OrderEvent(draft.OrderId!, draft.CustomerId, draft.Email, draft.Currency, lines, draft.PlacedAt);
        return null;
    }
}
