using System.Numerics;
using System.Security.Cryptography;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>An order as the audit reads it; whether its products are in the catalog is judged later.</summary>
/// <param name="Id">The order id.</param>
/// <param name="CustomerId">The customer; null or empty where there is none.</param>
/// <param name="Email">The address; null where there is none.</param>
/// <param name="Currency">The currency, <c>EUR</c> where the order names none.</param>
/// <param name="PlacedAt">When it was placed, UTC; null where it does not say.</param>
/// <param name="Lines">The lines, as they stand in the order; the short form is an order of one line.</param>
internal sealed record AuditedOrder(
    string Id, string? CustomerId, string? Email, string Currency, DateTime? PlacedAt, AuditedLine[] Lines);

/// <summary>A line of an order, an invoice or a reservation.</summary>
/// <param name="Product">The product.</param>
/// <param name="Quantity">The quantity.</param>
/// <param name="UnitPrice">The price; null where none is given.</param>
internal readonly record struct AuditedLine(string Product, long Quantity, decimal? UnitPrice);

/// <summary>SHA-256 of a canonical form's or a value's bytes, kept in 32 bytes since an audit holds hundreds of thousands.</summary>
internal readonly record struct Fingerprint(UInt128 High, UInt128 Low)
{
    /// <summary>The fingerprint of some bytes.</summary>
    /// <param name="value">The bytes.</param>
    /// <returns>The fingerprint.</returns>
    public static Fingerprint Of(ReadOnlySpan<byte> value)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(value, hash);
        return FromBytes(hash);
    }

    /// <summary>Reads 64 hex digits.</summary>
    /// <param name="text">The column's text.</param>
    /// <returns>The fingerprint; null where the text is none.</returns>
    public static Fingerprint? Parse(string? text)
    {
        Span<byte> hash = stackalloc byte[32];
        return text is { Length: 64 } && Convert.FromHexString(text, hash, out _, out _) == System.Buffers.OperationStatus.Done
            ? FromBytes(hash)
            : null;
    }

    private static Fingerprint FromBytes(ReadOnlySpan<byte> hash) => new(
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash),
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
}

/// <summary>
/// A decimal number as it is written, without limit of size and never rounded: sums of prices are compared exactly,
/// whatever the code under audit does at the edges of its own number type.
/// </summary>
internal readonly struct ExactAmount : IEquatable<ExactAmount>
{
    private const int Scale = 28;

    // Ten to the power of each scale that a decimal can have.
    private static readonly BigInteger[] Powers = [.. Enumerable.Range(0, Scale + 1).Select(power => BigInteger.Pow(10, power))];

    private readonly BigInteger _units;

    private ExactAmount(BigInteger units) => _units = units;

    /// <summary>Nothing.</summary>
    public static ExactAmount Zero => default;

    /// <summary>The amount of a decimal.</summary>
    /// <param name="value">The decimal.</param>
    /// <returns>The same amount.</returns>
    public static ExactAmount Of(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        BigInteger units = ((UInt128)(uint)parts[2] << 64) | ((UInt128)(uint)parts[1] << 32) | (uint)parts[0];
        units *= Powers[Scale - value.Scale];
        return new ExactAmount(value < 0 ? -units : units);
    }

    /// <summary>Reads digits with at most one point and no exponent, as the column <c>Total</c> has them.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The amount; null where the text is none.</returns>
    public static ExactAmount? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > 100)
        {
            return null;
        }

        var point = text.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : text.Length - point - 1;
        var digits = point < 0 ? text : text.Remove(point, 1);
        return decimals <= Scale && digits.Length > 0 && digits.All(char.IsAsciiDigit)
            ? new ExactAmount(BigInteger.Parse(digits, System.Globalization.CultureInfo.InvariantCulture) * Powers[Scale - decimals])
            : null;
    }

    /// <summary>This amount and so many times another.</summary>
    /// <param name="amount">The other.</param>
    /// <param name="times">How many times.</param>
    /// <returns>The sum.</returns>
    public ExactAmount Plus(ExactAmount amount, long times) => new(_units + (amount._units * times));

    /// <inheritdoc />
    public bool Equals(ExactAmount other) => _units == other._units;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ExactAmount other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _units.GetHashCode();
}
