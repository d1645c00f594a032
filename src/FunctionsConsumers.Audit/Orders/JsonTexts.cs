using System.Globalization;
using System.Text;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>The lengths of the texts in a JSON value: names and strings, at any depth, of what is used and what is not.</summary>
internal static class JsonTexts
{
    /// <summary>Whether no text is longer than so many characters (UTF-16 code units).</summary>
    /// <param name="longest">The number.</param>
    /// <param name="json">A whole JSON value in UTF-8, known to be one.</param>
    /// <returns>Whether none is.</returns>
    public static bool AreAtMost(int longest, ReadOnlySpan<byte> json)
    {
        // Between texts a quotation mark can only begin the next one.
        while (json.IndexOf((byte)'"') is var begin and >= 0)
        {
            json = json[(begin + 1)..];
            var length = 0;
            while (json[0] != (byte)'"')
            {
                var escaped = json[0] == (byte)'\\';
                var plain = escaped ? 0 : json.IndexOfAny((byte)'"', (byte)'\\');
                length += escaped ? 1 : Encoding.UTF8.GetCharCount(json[..plain]);
                json = json[(escaped ? json[1] == (byte)'u' ? 6 : 2 : plain)..];
            }

            if (length > longest)
            {
                return false;
            }

            json = json[1..];
        }

        return true;
    }
}

/// <summary>Prices as JSON numbers: the value counts and not the spelling, so that 1.10000, 11e-1 and 1.1 are one price.</summary>
internal static class JsonPrice
{
    private const int MostDecimals = 4;
    private const int MostDigits = 25;

    /// <summary>Reads a number.</summary>
    /// <param name="number">The number as JSON spells it.</param>
    /// <returns>The price; null where it is below zero, has more than four decimals, or is beyond a decimal that has four.</returns>
    public static decimal? Parse(string number)
    {
        var parts = number.TrimStart('-').ToUpperInvariant().Split('E');
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : parts[0].Length - point - 1;
        var digits = parts[0].Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        if (digits.Length == 0)
        {
            return 0;
        }

        if (number[0] == '-')
        {
            return null;
        }

        var significant = digits.TrimEnd('0');
        if (parts.Length > 1 && parts[1].TrimStart('+', '-').TrimStart('0').Length > 7)
        {
            return null;
        }

        var exponent = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var power = exponent - decimals + (digits.Length - significant.Length);
        if (power < -MostDecimals || significant.Length + power > MostDigits)
        {
            return null;
        }

        var text = power >= 0
            ? significant + new string('0', power)
            : significant.PadLeft(-power + 1, '0').Insert(Math.Max(significant.Length, -power + 1) + power, ".");
        return decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) is var price
                && price <= CatalogReading.MostTotal
            ? price
            : null;
    }
}
