using System.Globalization;
using System.Numerics;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>
/// A decimal number as it is written, without limit of size and never rounded: sums of prices are compared exactly,
/// whatever the code under audit does at the edges of its own number type.
/// </summary>
internal readonly struct ExactAmount : IEquatable<ExactAmount>
{
    private const int Scale = 28;
    private const int SmallScale = 4;
    private const int MostSmallDigits = 18;
    private const long MostSmallTimes = int.MaxValue;

    // A small amount fits 2⁷⁸, and so many times as is allowed 2¹⁰⁹: a sum below this stays exact.
    private static readonly Int128 MostSmallSum = Int128.One << 120;

    // Ten to the power of each scale that a decimal can have.
    private static readonly BigInteger[] Powers = [.. Enumerable.Range(0, Scale + 1).Select(power => BigInteger.Pow(10, power))];
    private static readonly long[] SmallPowers = [1, 10, 100, 1_000, 10_000];

    // Nearly all amounts have at most four decimals and are no sums of money that nobody has: those need no large number.
    private readonly Int128 _small;
    private readonly BigInteger? _large;

    private ExactAmount(Int128 small) => _small = small;

    private ExactAmount(BigInteger large) => _large = large;

    /// <summary>Nothing.</summary>
    public static ExactAmount Zero => default;

    private BigInteger Units => _large ?? (BigInteger)_small * Powers[Scale - SmallScale];

    /// <summary>The amount of a decimal.</summary>
    /// <param name="value">The decimal.</param>
    /// <returns>The same amount.</returns>
    public static ExactAmount Of(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        if (parts[2] == 0 && value.Scale <= SmallScale)
        {
            Int128 small = ((ulong)(uint)parts[1] << 32) | (uint)parts[0];
            small *= SmallPowers[SmallScale - value.Scale];
            return new ExactAmount(value < 0 ? -small : small);
        }

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
        if (decimals > Scale || digits.Length == 0 || digits.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        return decimals <= SmallScale && digits.Length <= MostSmallDigits
            ? new ExactAmount((Int128)long.Parse(digits, CultureInfo.InvariantCulture) * SmallPowers[SmallScale - decimals])
            : new ExactAmount(BigInteger.Parse(digits, CultureInfo.InvariantCulture) * Powers[Scale - decimals]);
    }

    /// <summary>This amount and so many times another.</summary>
    /// <param name="amount">The other.</param>
    /// <param name="times">How many times.</param>
    /// <returns>The sum.</returns>
    public ExactAmount Plus(ExactAmount amount, long times) =>
        _large is null && amount._large is null && times is >= 0 and <= MostSmallTimes && Int128.Abs(_small) < MostSmallSum
            ? new ExactAmount(_small + (amount._small * times))
            : new ExactAmount(Units + (amount.Units * times));

    /// <inheritdoc />
    public bool Equals(ExactAmount other) =>
        _large is null && other._large is null ? _small == other._small : Units == other.Units;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ExactAmount other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => Units.GetHashCode();
}
