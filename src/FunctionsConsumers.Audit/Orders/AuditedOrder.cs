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

/// <summary>SHA-256 of a canonical form's or a value's bytes.</summary>
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
