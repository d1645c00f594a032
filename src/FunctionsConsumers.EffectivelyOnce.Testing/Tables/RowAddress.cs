using System.Text.RegularExpressions;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Tables;

/// <summary>The table of an address, and the keys where it names a row.</summary>
internal sealed partial record RowAddress(string Table, string? PartitionKey, string? RowKey)
{
    public static RowAddress Read(Uri uri)
    {
        var address = Address().Match(Uri.UnescapeDataString(uri.AbsolutePath));
        if (!address.Success)
        {
            throw new NotSupportedException($"The modelled service does not know the address {uri}.");
        }

        return address.Groups[2].Success
            ? new RowAddress(address.Groups[1].Value, Unquote(address.Groups[2]), Unquote(address.Groups[3]))
            : new RowAddress(address.Groups[1].Value, null, null);
    }

    private static string Unquote(Group text) => text.Value.Replace("''", "'", StringComparison.Ordinal);

    [GeneratedRegex(@"^/(\w+)(?:\(\)|\(PartitionKey='(.*)',RowKey='(.*)'\))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
