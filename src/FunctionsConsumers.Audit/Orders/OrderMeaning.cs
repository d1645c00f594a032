using System.Buffers;
using System.Globalization;
using System.Text;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>
/// The audit's own reading of the canonical form of an order, version 1 (docs/orders.md): what the order means, whatever
/// way it was written. A row's <c>Fingerprint</c> is the hash of it.
/// </summary>
internal static class OrderMeaning
{
    private const int StackBytes = 2048;

    /// <summary>The fingerprint of what an order means.</summary>
    /// <param name="order">The order.</param>
    /// <returns>The fingerprint.</returns>
    public static Fingerprint FingerprintOf(AuditedOrder order)
    {
        var form = Form(order);
        var longest = Encoding.UTF8.GetMaxByteCount(form.Length);
        var rented = longest > StackBytes ? ArrayPool<byte>.Shared.Rent(longest) : null;
        var bytes = rented is null ? stackalloc byte[StackBytes] : rented;
        var fingerprint = Fingerprint.Of(bytes[..Encoding.UTF8.GetBytes(form, bytes)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return fingerprint;
    }

    /// <summary>The canonical form.</summary>
    /// <param name="order">The order.</param>
    /// <returns>The form as text.</returns>
    public static string Form(AuditedOrder order)
    {
        var form = new StringBuilder(256).Append("order 1\n");
        AppendText(form.Append("id "), order.Id);
        if (order.CustomerId is { Length: > 0 } customer)
        {
            AppendText(form.Append("customer "), customer);
        }

        if (order.Email is not null)
        {
            AppendText(form.Append("email "), order.Email);
        }

        form.Append("currency ").Append(order.Currency).Append('\n');
        if (order.PlacedAt is { } placed)
        {
            form.Append(CultureInfo.InvariantCulture, $"{placed:'placed 'yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z'}\n");
        }

        foreach (var line in order.Lines)
        {
            form.Append("line ").Append(line.Quantity).Append(' ');
            AppendText(form.Append(line.UnitPrice?.ToString("0.####", CultureInfo.InvariantCulture) ?? "-").Append(' '), line.Product);
        }

        return form.ToString();
    }

    // A text behind the number of its bytes.
    private static void AppendText(StringBuilder form, string text) =>
        form.Append(Encoding.UTF8.GetByteCount(text)).Append(' ').Append(text).Append('\n');
}
