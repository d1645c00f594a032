using System.Globalization;
using System.Xml;

namespace Azure.Data.Tables.Queries;

/// <summary>Makes filters of interpolated strings: every value in them becomes an OData literal, quoted and escaped.</summary>
internal static class QueryFilter
{
    /// <summary>Makes a filter.</summary>
    /// <param name="filter">The interpolated string.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="ArgumentException">A value is of a type that OData has no literal for.</exception>
    public static string Create(FormattableString filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var literals = new object[filter.ArgumentCount];
        for (var i = 0; i < literals.Length; i++)
        {
            literals[i] = Literal(filter.GetArgument(i), i);
        }

        return string.Format(CultureInfo.InvariantCulture, filter.Format, literals);
    }

    private static string Literal(object? value, int position) => value switch
    {
        null => "null",
        bool truth => truth ? "true" : "false",
        sbyte or byte or short or ushort or int or uint or decimal or float or double => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        long or ulong => string.Create(CultureInfo.InvariantCulture, $"{value}L"),
        DateTimeOffset instant => $"datetime'{XmlConvert.ToString(instant.UtcDateTime, XmlDateTimeSerializationMode.RoundtripKind)}'",
        DateTime instant => $"datetime'{XmlConvert.ToString(instant.ToUniversalTime(), XmlDateTimeSerializationMode.RoundtripKind)}'",
        Guid guid => $"guid'{guid}'",
        byte[] bytes => $"X'{Convert.ToHexString(bytes)}'",
        BinaryData bytes => $"X'{Convert.ToHexString(bytes.ToMemory().Span)}'",
        string or char => $"'{value.ToString()!.Replace("'", "''", StringComparison.Ordinal)}'",
        _ => throw new ArgumentException($"Unable to convert argument {position} from type {value.GetType()} to an OData literal."),
    };
}
