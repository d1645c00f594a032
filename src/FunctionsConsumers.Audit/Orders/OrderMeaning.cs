using System.Globalization;
using System.Text;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>
/// The audit's own reading of the canonical form of an order, version 1 (docs/orders.md): what the order means, whatever
/// way it was written. A row's <c>Fingerprint</c> is the hash of it.
/// </summary>
internal static class OrderMeaning
{
    /// <summary>The fingerprint of what an order means.</summary>
    /// <param name="order">The order.</param>
    /// <returns>The fingerprint.</returns>
    public static Fingerprint FingerprintOf(AuditedOrder order) => Fingerprint.Of(Encoding.UTF8.GetBytes(Form(order)));

    /// <summary>The canonical form.</summary>
    /// <param name="order">The order.</param>
    /// <returns>The form as text.</returns>
    public static string Form(AuditedOrder order)
    {
        var lines = new List<string> { "order 1", $"id {Measured(order.Id)}" };
        if (order.CustomerId is { Length: > 0 } customer)
        {
            lines.Add($"customer {Measured(customer)}");
        }

        if (order.Email is not null)
        {
            lines.Add($"email {Measured(order.Email)}");
        }

        lines.Add($"currency {order.Currency}");
        if (order.PlacedAt is { } placed)
        {
            lines.Add(placed.ToString("'placed 'yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
        }

        lines.AddRange(order.Lines.Select(line => string.Create(CultureInfo.InvariantCulture,
            $"line {line.Quantity} {line.UnitPrice?.ToString("0.####", CultureInfo.InvariantCulture) ?? "-"} {Measured(line.Product)}")));
        return string.Concat(lines.Select(line => line + "\n"));
    }

    // A text behind the number of its bytes.
    private static string Measured(string text) => string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text)} {text}");
}
