using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace FunctionsConsumers.Orders.Reading;

/// <summary>
/// The canonical form of an order: what it means, and not how it was written. Two values with one form are one order. Every
/// row holds the hash of such a form, so a form never changes: another rule is another version, with another first line.
/// <c>docs/orders.md</c> describes it, and the audit reads it in its own code.
/// </summary>
internal static class CanonicalOrder
{
    /// <summary>
    /// Writes the form of a draft without faults. <paramref name="draft" /> is the draft, with its short form brought into lines.
    /// </summary>
    public static byte[] Of(OrderDraft draft, ArrayBufferWriter<byte> form)
    {
        form.Write("order 1\n"u8);
        Text(form, "id "u8, draft.OrderId!);
        if (!string.IsNullOrEmpty(draft.CustomerId))
        {
            Text(form, "customer "u8, draft.CustomerId);
        }

        if (draft.Email is { } email)
        {
            Text(form, "email "u8, email);
        }

        form.Write("currency "u8);
        form.Advance(Encoding.UTF8.GetBytes(draft.Currency, form.GetSpan(draft.Currency.Length)));
        if (draft.PlacedAt is { } placedAt)
        {
            form.Write("\nplaced "u8);
            Time(form, placedAt);
        }

        form.Write("\n"u8);
        foreach (var line in draft.Lines)
        {
            Line(form, line);
        }

        return form.WrittenSpan.ToArray();
    }

    // A price that the order leaves to the catalog is a dash: the catalog's own price changes.
    private static void Line(ArrayBufferWriter<byte> form, LineDraft line)
    {
        form.Write("line "u8);
        Number(form, (uint)line.Quantity);
        form.Write(" "u8);
        if (line.Price is { } price)
        {
            Price(form, price);
        }
        else
        {
            form.Write("-"u8);
        }

        Text(form, " "u8, line.Product!);
    }

    // Every text stands behind its length, so that no text can look like the line after it.
    private static void Text(ArrayBufferWriter<byte> form, ReadOnlySpan<byte> name, string text)
    {
        form.Write(name);
        var length = Encoding.UTF8.GetByteCount(text);
        Number(form, (uint)length);
        form.Write(" "u8);
        form.Advance(Encoding.UTF8.GetBytes(text, form.GetSpan(length)));
        form.Write("\n"u8);
    }

    private static void Number(ArrayBufferWriter<byte> form, uint number)
    {
        Utf8Formatter.TryFormat(number, form.GetSpan(10), out var written);
        form.Advance(written);
    }

    // Ten-thousandths, as the shortest decimal: 399, 2.5, 0.0001.
    private static void Price(ArrayBufferWriter<byte> form, UInt128 units)
    {
        if (units <= ulong.MaxValue)
        {
            var (few, rest) = Math.DivRem((ulong)units, 10_000);
            Utf8Formatter.TryFormat(few, form.GetSpan(20), out var digits);
            form.Advance(digits);
            Fraction(form, (uint)rest, 4);
            return;
        }

        var (whole, fraction) = UInt128.DivRem(units, 10_000);
        whole.TryFormat(form.GetSpan(39), out var written, default, CultureInfo.InvariantCulture);
        form.Advance(written);
        Fraction(form, (uint)fraction, 4);
    }

    // The instant in UTC, to 100 ns, without a fraction where it has none: 2026-11-21T10:00:00.5Z.
    private static void Time(ArrayBufferWriter<byte> form, DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        utc.TryFormat(form.GetSpan(19), out var written, "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        form.Advance(written);
        Fraction(form, (uint)(utc.Ticks % TimeSpan.TicksPerSecond), 7);
        form.Write("Z"u8);
    }

    private static void Fraction(ArrayBufferWriter<byte> form, uint fraction, int digits)
    {
        if (fraction == 0)
        {
            return;
        }

        for (; fraction % 10 == 0; digits--)
        {
            fraction /= 10;
        }

        var text = form.GetSpan(1 + digits);
        text[0] = (byte)'.';
        for (var at = digits; at > 0; at--, fraction /= 10)
        {
            text[at] = (byte)('0' + (fraction % 10));
        }

        form.Advance(1 + digits);
    }
}
