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

    // All but the texts of an order, and of a line.
    private const int MostOfOrder = 256;
    private const int MostOfLine = 128;

    /// <summary>The fingerprint of what an order means.</summary>
    /// <param name="order">The order.</param>
    /// <returns>The fingerprint.</returns>
    public static Fingerprint FingerprintOf(AuditedOrder order)
    {
        var longest = LongestForm(order);
        var rented = longest > StackBytes ? ArrayPool<byte>.Shared.Rent(longest) : null;
        var form = new Utf8Form(rented is null ? stackalloc byte[StackBytes] : rented);
        Write(ref form, order);
        var fingerprint = Fingerprint.Of(form.Written);
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
        var form = new Utf8Form(new byte[LongestForm(order)]);
        Write(ref form, order);
        return Encoding.UTF8.GetString(form.Written);
    }

    private static void Write(ref Utf8Form form, AuditedOrder order)
    {
        form.Add("order 1\nid "u8);
        form.AddText(order.Id);
        if (order.CustomerId is { Length: > 0 } customer)
        {
            form.Add("customer "u8);
            form.AddText(customer);
        }

        if (order.Email is not null)
        {
            form.Add("email "u8);
            form.AddText(order.Email);
        }

        form.Add("currency "u8);
        form.Add(order.Currency);
        form.Add("\n"u8);
        if (order.PlacedAt is { } placed)
        {
            form.Add(placed, "'placed 'yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z\n'");
        }

        foreach (var line in order.Lines)
        {
            form.Add("line "u8);
            form.Add(line.Quantity, default);
            if (line.UnitPrice is { } price)
            {
                form.Add(" "u8);
                form.Add(price, FormatOf(price));
                form.Add(" "u8);
            }
            else
            {
                form.Add(" - "u8);
            }

            form.AddText(line.Product);
        }
    }

    // A price without zeros at its end is written as it is, and the quicker way.
    private static ReadOnlySpan<char> FormatOf(decimal price)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(price, parts);
        var isBare = price.Scale == 0 || (price.Scale <= 4 && parts[1] == 0 && parts[2] == 0 && (uint)parts[0] % 10 != 0);
        return isBare ? default : "0.####";
    }

    private static int LongestForm(AuditedOrder order)
    {
        var longest = MostOfOrder + (3 * (order.Id.Length + (order.CustomerId?.Length ?? 0) + (order.Email?.Length ?? 0)));
        foreach (var line in order.Lines)
        {
            longest += MostOfLine + (3 * line.Product.Length);
        }

        return longest;
    }

    private ref struct Utf8Form(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

        public void Add(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_buffer[_length..]);
            _length += text.Length;
        }

        public void Add(string text) => _length += Encoding.UTF8.GetBytes(text, _buffer[_length..]);

        public void Add<T>(T value, ReadOnlySpan<char> format)
            where T : IUtf8SpanFormattable
        {
            value.TryFormat(_buffer[_length..], out var written, format, CultureInfo.InvariantCulture);
            _length += written;
        }

        // A text behind the number of its bytes.
        public void AddText(string text)
        {
            Add(Encoding.UTF8.GetByteCount(text), default);
            Add(" "u8);
            Add(text);
            Add("\n"u8);
        }
    }
}
