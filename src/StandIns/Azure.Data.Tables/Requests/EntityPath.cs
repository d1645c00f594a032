namespace Azure.Data.Tables.Requests;

/// <summary>The parts of addresses that tables and entities have.</summary>
internal static class EntityPath
{
    /// <summary>Asks for the annotations that tell the types apart which JSON does not.</summary>
    public const string Format = "?$format=application%2Fjson%3Bodata%3Dminimalmetadata";

    /// <summary>What follows the account's address for one entity.</summary>
    public static string Of(string table, string partitionKey, string rowKey) =>
        $"/{Uri.EscapeDataString(table)}(PartitionKey='{EscapeKey(partitionKey)}',RowKey='{EscapeKey(rowKey)}'){Format}";

    /// <summary>A key between quotes in an address: quotes doubled, then everything escaped.</summary>
    private static string EscapeKey(string key) => Uri.EscapeDataString(key.Replace("'", "''", StringComparison.Ordinal));
}
