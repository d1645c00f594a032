using System.Text;
using Azure.Core;

namespace Azure.Data.Tables.Transactions;

/// <summary>The header lines of a part, looked up where they stand: most answers of a transaction are asked for one header, or none.</summary>
/// <param name="lines">The lines, each with its line break.</param>
internal readonly struct PartHeaders(ReadOnlyMemory<byte> lines)
{
    /// <summary>Takes the header lines and the empty line behind them off a part.</summary>
    public static PartHeaders Take(ref ReadOnlyMemory<byte> part)
    {
        var all = part;
        while (true)
        {
            var end = part.Span.IndexOf((byte)'\n');
            var line = part.Span[..(end < 0 ? part.Length : end)].TrimEnd((byte)'\r');
            part = part[(end < 0 ? part.Length : end + 1)..];
            if (line.IsEmpty)
            {
                return new PartHeaders(all[..^part.Length]);
            }

            if (line.IndexOf((byte)':') <= 0)
            {
                throw new InvalidOperationException($"Expected an HTTP header line, not {Encoding.UTF8.GetString(line)}");
            }
        }
    }

    /// <summary>A header's value; where there are several, joined by commas; null where there is none.</summary>
    public string? Find(string name)
    {
        string? found = null;
        foreach (var header in All())
        {
            if (string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                found = found is null ? header.Value : found + "," + header.Value;
            }
        }

        return found;
    }

    /// <summary>All headers, in their order.</summary>
    public IEnumerable<HttpHeader> All()
    {
        var rest = lines;
        while (rest.Span.IndexOf((byte)'\n') is var end and >= 0)
        {
            var line = rest.Span[..end].TrimEnd((byte)'\r');
            rest = rest[(end + 1)..];
            if (line.IndexOf((byte)':') is var colon and > 0)
            {
                yield return new HttpHeader(Encoding.UTF8.GetString(line[..colon]), Encoding.UTF8.GetString(line[(colon + 1)..]).Trim());
            }
        }
    }
}
