using System.Globalization;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>The products the catalog knows with their prices, and the rules that hang on them.</summary>
/// <param name="prices">The price of each product in EUR.</param>
internal sealed class CatalogReading(IReadOnlyDictionary<string, decimal> prices)
{
    /// <summary>
    /// The largest amount that a decimal with four decimals holds exactly, (2⁹⁶ − 1) / 10,000: a larger total could not be written
    /// without rounding.
    /// </summary>
    public const decimal MostTotal = 7922816251426433759354395.0335m;

    // 64 KiB of UTF-16, as Table storage counts a column.
    private const int LongestColumn = 32 * 1024;

    // A line's column without its product: names and marks, a quantity of 7 digits, and a price.
    private const int LongestLine = 41 + 7 + 32;

    /// <summary>Whether a payload that reads as an order is one, now that the catalog is known.</summary>
    /// <param name="order">The payload.</param>
    /// <returns>Whether every product is in the catalog, the total can be written exactly, and the lines fit a column.</returns>
    public bool Allows(AuditedOrder order)
    {
        var total = 0m;
        var column = 2L;
        var mayBeTooLong = !IsShort(order.Lines);
        try
        {
            foreach (var line in order.Lines)
            {
                if (!prices.TryGetValue(line.Product, out var listed))
                {
                    return false;
                }

                var price = line.UnitPrice ?? listed;
                total += price * line.Quantity;
                column += mayBeTooLong ? ColumnLength(line, price) : 0;
            }
        }
        catch (OverflowException)
        {
            return false;
        }

        return total <= MostTotal && column - 1 <= LongestColumn;
    }

    // Nearly all orders are, and their lines need not be spelled out to be counted.
    private static bool IsShort(AuditedLine[] lines)
    {
        var longest = 2L;
        foreach (var line in lines)
        {
            longest += LongestLine + line.Product.Length;
        }

        return longest <= LongestColumn;
    }

    // {"product":"…","quantity":n,"unit_price":n.nn} and a comma; the product's characters are the catalog's.
    private static int ColumnLength(AuditedLine line, decimal price)
    {
        Span<char> text = stackalloc char[64];
        line.Quantity.TryFormat(text, out var quantity, default, CultureInfo.InvariantCulture);
        price.TryFormat(text, out var length, "0.00##", CultureInfo.InvariantCulture);
        return 41 + line.Product.Length + quantity + length;
    }
}
