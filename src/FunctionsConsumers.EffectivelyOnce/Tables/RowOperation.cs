namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>One operation of an entity group transaction.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="RowKey">The row key.</param>
/// <param name="Columns">The columns to write; empty for a delete.</param>
/// <param name="ETag">The version that must be there, for updates and deletes; null for an insert.</param>
internal sealed record RowOperation(RowOperationKind Kind, string RowKey, Columns Columns, string? ETag)
{
    private static readonly Columns NoColumns = new(0);

    /// <summary>Inserts a row that must not be there yet.</summary>
    /// <param name="rowKey">The row key.</param>
    /// <param name="columns">The columns.</param>
    /// <returns>The operation.</returns>
    public static RowOperation Insert(string rowKey, IReadOnlyDictionary<string, object> columns) =>
        new(RowOperationKind.Insert, rowKey, Columns.Of(columns), null);

    /// <summary>Replaces a row whose version is the one given.</summary>
    /// <param name="rowKey">The row key.</param>
    /// <param name="columns">The columns; others are gone afterwards.</param>
    /// <param name="etag">The version.</param>
    /// <returns>The operation.</returns>
    public static RowOperation Replace(string rowKey, IReadOnlyDictionary<string, object> columns, string etag) =>
        new(RowOperationKind.Replace, rowKey, Columns.Of(columns), etag);

    /// <summary>Writes some columns of a row whose version is the one given; the others stay.</summary>
    /// <param name="rowKey">The row key.</param>
    /// <param name="columns">The columns to write.</param>
    /// <param name="etag">The version.</param>
    /// <returns>The operation.</returns>
    public static RowOperation Merge(string rowKey, IReadOnlyDictionary<string, object> columns, string etag) =>
        new(RowOperationKind.Merge, rowKey, Columns.Of(columns), etag);

    /// <summary>Deletes a row whose version is the one given.</summary>
    /// <param name="rowKey">The row key.</param>
    /// <param name="etag">The version.</param>
    /// <returns>The operation.</returns>
    public static RowOperation Delete(string rowKey, string etag) => new(RowOperationKind.Delete, rowKey, NoColumns, etag);
}

/// <summary>The kinds of operation the library uses. Unconditional writes are not among them, on purpose.</summary>
internal enum RowOperationKind
{
    /// <summary>Insert; fails where the row is there.</summary>
    Insert,

    /// <summary>Replace under an ETag.</summary>
    Replace,

    /// <summary>Write some columns under an ETag.</summary>
    Merge,

    /// <summary>Delete under an ETag.</summary>
    Delete,
}
