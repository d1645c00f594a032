using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FunctionsConsumers.SimulationTests.Domain;

/// <summary>What a record is meant to be, as its maker knows it. The oracle judges by this and never by decoding.</summary>
internal enum OrderKind
{
    /// <summary>An order.</summary>
    Valid,

    /// <summary>Not an order at all.</summary>
    Poison,

    /// <summary>An order of a product that becomes known later, or never.</summary>
    UnknownProduct,

    /// <summary>An order whose effects do not fit a transaction.</summary>
    TooWide,

    /// <summary>An order of which the table service refuses a row.</summary>
    Refused,

    /// <summary>An order whose planner throws, or returns what no plan may hold.</summary>
    Forbidden,

    /// <summary>An order that adds more to a counter than it takes.</summary>
    Overflow,

    /// <summary>An order that hosts of the old version apply, and whose plan is forbidden in the new one.</summary>
    Outgrown,

    /// <summary>No record at all: an offset that a control record has, or had one that was compacted away.</summary>
    Control,
}

/// <summary>One payload: two records with equal payloads are the same event.</summary>
/// <param name="Kind">What it is meant to be.</param>
/// <param name="Subject">What it is about; null where the key has to stand for it.</param>
/// <param name="Lines">Product and quantity, distinct products.</param>
/// <param name="Messages">The kinds of the messages it leads to, in order.</param>
/// <param name="Rows">How many further rows it inserts.</param>
/// <param name="Bulk">How many bytes each of its messages is long, at least.</param>
/// <param name="Nonce">Tells apart two different payloads of one subject.</param>
internal sealed record OrderSpec(
    OrderKind Kind, string? Subject, IReadOnlyList<(string Product, int Quantity)> Lines, IReadOnlyList<string> Messages, int Rows,
    int Bulk, int Nonce)
{
    private byte[]? _value;
    private string? _fingerprint;
    private string? _meaning;

    /// <summary>How many blanks its producer put behind it: another way to write the same.</summary>
    public int Blanks { get; private init; }

    /// <summary>The record's value.</summary>
    public byte[] Value => _value ??= Encoding.UTF8.GetBytes(Kind == OrderKind.Poison
        ? string.Create(CultureInfo.InvariantCulture, $"poison {Nonce}")
        : string.Join(';',
            Subject ?? "",
            string.Join(',', Lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.Product}:{line.Quantity}"))),
            string.Join(',', Messages),
            Rows.ToString(CultureInfo.InvariantCulture),
            Bulk.ToString(CultureInfo.InvariantCulture),
            Nonce.ToString(CultureInfo.InvariantCulture) + new string(' ', Blanks)));

    /// <summary>The same order, written in another way.</summary>
    public OrderSpec Spelled(int blanks) =>
        new(Kind, Subject, Lines, Messages, Rows, Bulk, Nonce) { Blanks = Kind == OrderKind.Poison ? 0 : blanks };

    /// <summary>Another payload on the same subject.</summary>
    public OrderSpec Otherwise(int nonce, string? subject) => new(Kind, subject, Lines, Messages, Rows, Bulk, nonce);

    /// <summary>SHA-256 of what the order means, whatever way it is written.</summary>
    public string Meaning => _meaning ??= Blanks == 0 ? Fingerprint : Spelled(0).Fingerprint;

    /// <summary>SHA-256 of the value.</summary>
    public string Fingerprint => _fingerprint ??= Convert.ToHexStringLower(SHA256.HashData(Value));
}
