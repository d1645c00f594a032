namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>A row of a table as the store returns it.</summary>
/// <param name="PartitionKey">The bucket.</param>
/// <param name="RowKey">The row key.</param>
/// <param name="ETag">The row's version.</param>
/// <param name="Columns">The columns, without the keys and the timestamp. Values: string, int, long, bool, double, byte[],
/// DateTimeOffset.</param>
internal sealed record Row(string PartitionKey, string RowKey, string ETag, IReadOnlyDictionary<string, object> Columns)
{
    /// <summary>A text column, or null where it is absent.</summary>
    /// <param name="column">The column's name.</param>
    /// <returns>The text.</returns>
    public string? Text(string column) => Columns.TryGetValue(column, out var value) ? value as string : null;

    /// <summary>A whole number, or null where it is absent.</summary>
    /// <param name="column">The column's name.</param>
    /// <returns>The number.</returns>
    public long? Number(string column) => Columns.TryGetValue(column, out var value)
        ? value switch { long l => l, int i => i, _ => null }
        : null;
}
