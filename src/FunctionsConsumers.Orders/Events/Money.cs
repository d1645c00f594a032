using System.Buffers;
using System.Globalization;
using System.Text;

namespace FunctionsConsumers.Orders.Events;

/// <summary>
/// Amounts of money. Every amount is a whole number of ten-thousandths below 2^96, so that a decimal with four decimals
/// holds it exactly and no sum is ever rounded.
/// </summary>
public static class Money
{
    /// <summary>The largest number of ten-thousandths: what the 96 bits of a decimal hold.</summary>
    internal static readonly UInt128 MaxUnits = (UInt128.One << 96) - 1;

    private static readonly SearchValues<char> PriceCharacters = SearchValues.Create("0123456789.");

    private const int Decimals = 4;

    // 2^96 has 29 digits.
    private const int MaxDigits = 29;

    // 2^64 has 20.
    private const int MaxDigitsOf64Bits = 19;

    // More than any token of half a mebibyte can shift by, and far from an int's end.
    private const int ExponentBound = 10_000_000;

    /// <summary>An amount as text: at least two decimals, further ones only as needed, no exponent, no rounding.</summary>
    /// <param name="amount">An amount with at most four decimals that matter.</param>
    /// <returns>For example <c>1200.00</c> or <c>2.469</c>.</returns>
    public static string Text(decimal amount)
    {
        // The usual amount takes no format to be read: two decimals are what the type itself writes.
        return amount.Scale == 2 ? amount.ToString(CultureInfo.InvariantCulture) : amount.ToString("0.00##", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a price from text: digits with a point, no sign, exponent or separator.</summary>
    /// <param name="text">The text, for example <c>399.00</c>.</param>
    /// <param name="amount">The price, with two to four decimals.</param>
    /// <returns>Whether it is a price, of at most four decimals.</returns>
    public static bool TryParse(string text, out decimal amount)
    {
        ArgumentNullException.ThrowIfNull(text);
        amount = 0;
        if (text.Length is 0 or > 64 || !char.IsAsciiDigit(text[0]) || !char.IsAsciiDigit(text[^1])
            || text.AsSpan().ContainsAnyExcept(PriceCharacters) || text.AsSpan().Count('.') > 1)
        {
            return false;
        }

        Span<byte> number = stackalloc byte[text.Length];
        Encoding.ASCII.GetBytes(text, number);
        if (Parse(number, out var units) != PriceVerdict.Good)
        {
            return false;
        }

        amount = FromUnits(units);
        return true;
    }

    /// <summary>
    /// Reads a price from a JSON number. The number's value counts and not its spelling: 1.10000, 11e-1 and 1.1 are one price with
    /// one decimal, and -0 is 0. <paramref name="number" /> is a number token that a JSON reader let through.
    /// </summary>
    internal static PriceVerdict Parse(ReadOnlySpan<byte> number, out UInt128 units)
    {
        units = 0;
        var negative = number[0] == (byte)'-';
        var mantissa = negative ? number[1..] : number;
        var exponent = 0;
        if (mantissa.IndexOfAny((byte)'e', (byte)'E') is var mark and >= 0)
        {
            exponent = Exponent(mantissa[(mark + 1)..]);
            mantissa = mantissa[..mark];
        }

        var first = mantissa.IndexOfAnyInRange((byte)'1', (byte)'9');
        if (first < 0)
        {
            return PriceVerdict.Good;
        }

        if (negative)
        {
            return PriceVerdict.Negative;
        }

        var last = mantissa.LastIndexOfAnyInRange((byte)'1', (byte)'9');
        var point = mantissa.IndexOf((byte)'.') is var found and >= 0 ? found : mantissa.Length;
        var power = exponent + (last < point ? point - 1 - last : point - last);
        if (power < -Decimals)
        {
            return PriceVerdict.TooFine;
        }

        var digits = last - first + (first < point && point < last ? 0 : 1);
        if (digits + power + Decimals > MaxDigits)
        {
            return PriceVerdict.TooLarge;
        }

        // Nearly every price has few digits, and 64 bits are reckoned with in a tenth of the time of 128.
        if (digits + power + Decimals <= MaxDigitsOf64Bits)
        {
            units = Read64(mantissa[first..(last + 1)], power + Decimals);
            return PriceVerdict.Good;
        }

        foreach (var digit in mantissa[first..(last + 1)])
        {
            if (digit != (byte)'.')
            {
                units = (units * 10) + (uint)(digit - '0');
            }
        }

        for (var i = -Decimals; i < power; i++)
        {
            units *= 10;
        }

        return units <= MaxUnits ? PriceVerdict.Good : PriceVerdict.TooLarge;
    }

    /// <summary>Makes an amount of ten-thousandths, with two decimals, or three or four where they matter.</summary>
    internal static decimal FromUnits(UInt128 units)
    {
        if (units <= ulong.MaxValue)
        {
            var (few, decimals) = Shortest((ulong)units);
            return new decimal((int)(uint)few, (int)(uint)(few >> 32), 0, isNegative: false, decimals);
        }

        byte scale = Decimals;
        while (scale > 2 && units % 10 == 0)
        {
            units /= 10;
            scale--;
        }

        return new decimal((int)(uint)units, (int)(uint)(units >> 32), (int)(uint)(units >> 64), isNegative: false, scale);
    }

    /// <summary>An amount in ten-thousandths.</summary>
    internal static UInt128 ToUnits(decimal amount)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(amount, parts);
        var units = ((UInt128)(uint)parts[2] << 64) | ((UInt128)(uint)parts[1] << 32) | (uint)parts[0];
        for (int scale = amount.Scale; scale < Decimals; scale++)
        {
            units *= 10;
        }

        return units;
    }

    private static ulong Read64(ReadOnlySpan<byte> digits, int zeros)
    {
        var units = 0UL;
        foreach (var digit in digits)
        {
            units = digit == (byte)'.' ? units : (units * 10) + (uint)(digit - '0');
        }

        for (; zeros > 0; zeros--)
        {
            units *= 10;
        }

        return units;
    }

    private static (ulong Units, byte Scale) Shortest(ulong units)
    {
        byte scale = Decimals;
        for (; scale > 2 && units % 10 == 0; scale--)
        {
            units /= 10;
        }

        return (units, scale);
    }

    private static int Exponent(ReadOnlySpan<byte> text)
    {
        var negative = text[0] == (byte)'-';
        var exponent = 0;
        foreach (var digit in text)
        {
            if (digit is >= (byte)'0' and <= (byte)'9')
            {
                exponent = Math.Min((exponent * 10) + (digit - '0'), ExponentBound);
            }
        }

        return negative ? -exponent : exponent;
    }
}

/// <summary>Whether a number is a price.</summary>
internal enum PriceVerdict
{
    /// <summary>It is.</summary>
    Good,

    /// <summary>It is below zero.</summary>
    Negative,

    /// <summary>It has more than four decimals.</summary>
    TooFine,

    /// <summary>It is beyond what a decimal with four decimals holds.</summary>
    TooLarge,
}
