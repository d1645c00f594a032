namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// One table, wherever its buckets live. The port behind which stand Azure Table storage, the memory of a test, and the
/// modelled service of the simulation.
/// </summary>
internal interface ITableStore
{
    /// <summary>
    /// Submits operations on one bucket as one entity group transaction: all or nothing. Never throws for an answer of
    /// the service, nor for a time-out or a cancellation: those are <see cref="SubmitStatus.Unknown" />, since the
    /// transaction may have been committed, or may yet be.
    /// </summary>
    /// <param name="partitionKey">The bucket.</param>
    /// <param name="operations">1 to 100 operations on different rows.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <returns>What is known of the outcome.</returns>
    Task<SubmitResult> SubmitAsync(string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken);

    /// <summary>Reads rows by their keys.</summary>
    /// <param name="partitionKey">The bucket.</param>
    /// <param name="rowKeys">The row keys, any number.</param>
    /// <param name="columns">The columns wanted; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows that are there, by row key.</returns>
    /// <exception cref="StoreUnavailableException">No answer, or one that says to come back later.</exception>
    /// <exception cref="SettingException">The service refused the account, the credential or the table.</exception>
    Task<IReadOnlyDictionary<string, Row>> ReadAsync(
        string partitionKey, IReadOnlyCollection<string> rowKeys, IReadOnlyList<string>? columns, CancellationToken cancellationToken);

    /// <summary>Reads the rows of a bucket whose keys begin with a prefix, in key order, page by page; no snapshot.</summary>
    /// <param name="partitionKey">The bucket.</param>
    /// <param name="rowKeyPrefix">The prefix, not empty.</param>
    /// <param name="columns">The columns wanted; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows.</returns>
    /// <exception cref="StoreUnavailableException">No answer, or one that says to come back later.</exception>
    /// <exception cref="SettingException">The service refused the account, the credential or the table.</exception>
    IAsyncEnumerable<Row> ScanAsync(
        string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns, CancellationToken cancellationToken);
}

/// <summary>What is known of a submitted transaction.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="ETags">The new version of each operation's row, in the order of the operations (null for a delete), when it
/// was committed; else empty.</param>
/// <param name="Detail">The service's answer in one line, when it was not; null when it was.</param>
/// <param name="Failure">The exception behind it, when there was one.</param>
internal sealed record SubmitResult(SubmitStatus Status, IReadOnlyList<string?> ETags, string? Detail = null, Exception? Failure = null);

/// <summary>The outcomes of a submitted transaction.</summary>
internal enum SubmitStatus
{
    /// <summary>Committed.</summary>
    Committed,

    /// <summary>Not a plain success, and not a refusal: the transaction may be committed or not, or may yet be. Read back.</summary>
    Unknown,

    /// <summary>400 or 413: refused for what it holds; waiting does not mend it, and nothing was committed.</summary>
    Refused,

    /// <summary>401, 403, or 404 for the table: a setting is wrong, and nothing was committed.</summary>
    Misconfigured,
}
