using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Reading;

/// <summary>The rules that need the whole draft, and nothing beside it: the verdict on a record never changes.</summary>
internal static class OrderRules
{
    /// <summary>Checks a draft, notes its faults, and brings the short form into lines.</summary>
    public static void Check(OrderDraft draft)
    {
        if (draft.OrderId is null)
        {
            draft.Fail(FaultRank.OrderId, RejectionReasons.NotAnOrder,
                "The value has no order_id: give the order an id of 1 to 200 characters.");
        }

        CheckForm(draft);
        CheckWidth(draft);
        CheckPrices(draft);
    }

    private static void CheckForm(OrderDraft draft)
    {
        if (draft.HasProduct == draft.HasLines)
        {
            draft.Fail(FaultRank.Shape, RejectionReasons.NotAnOrder, draft.HasProduct
                ? "The order has both product and lines: write one or the other."
                : "The order has neither product nor lines: write one of them.");
        }
        else if (draft.HasUnitPrice || (draft.HasLines && draft.HasQuantity))
        {
            // Half of the other form: to ignore it would bill or ship something else than what was meant.
            draft.Fail(FaultRank.Shape, RejectionReasons.NotAnOrder,
                $"The {(draft.HasUnitPrice ? "unit_price" : "quantity")} stands outside the lines: write it into a line.");
        }
        else if (draft.HasProduct)
        {
            draft.Lines.Add(draft.Short);
        }
        else if (draft.Lines.Count == 0)
        {
            draft.Fail(FaultRank.Shape, RejectionReasons.NotAnOrder, "The order has no lines: write at least one.");
        }
    }

    private static void CheckWidth(OrderDraft draft)
    {
        if (draft.Lines.Count > OrderLimits.MaxLines)
        {
            draft.Fail(FaultRank.Width, RejectionReasons.TooWide, "The order has more than 500 lines: split it into several orders.");
        }

        if (draft.Lines.Count <= OrderLimits.MaxProducts)
        {
            return;
        }

        var products = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in draft.Lines)
        {
            if (line.Product is not null && products.Add(line.Product) && products.Count > OrderLimits.MaxProducts)
            {
                draft.Fail(FaultRank.Width, RejectionReasons.TooWide,
                    "The order has more than 90 distinct products: split it into several orders.");
                return;
            }
        }
    }

    private static void CheckPrices(OrderDraft draft)
    {
        if (draft.Currency == OrderDraft.CatalogCurrency)
        {
            return;
        }

        for (var i = 0; i < draft.Lines.Count; i++)
        {
            if (draft.Lines[i].Price is null)
            {
                draft.Fail(FaultRank.Price, RejectionReasons.BadPrice, draft.HasProduct
                    ? $"The order is in {draft.Currency} and the catalog in EUR: write it as lines with a unit_price."
                    : $"Line {i + 1} has no unit_price in {draft.Currency}, and the catalog is in EUR: write one.");
            }
        }
    }
}
