using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Azure.Identity;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// Says what an exception of the tables client means. Every exception is an answer. Those that refuse the request, or that
/// show a wrong setting, are named here. Every other one, of a kind that is known or not, means that nothing is known: a
/// new version of the client may throw what no version before it threw.
/// </summary>
internal static class TableAnswers
{
    private const string TableNotFound = "TableNotFound";

    /// <summary>What is known of a request that ended in an exception.</summary>
    /// <param name="failure">Whatever the client threw.</param>
    /// <returns>The outcome; never <see cref="SubmitStatus.Committed" />.</returns>
    public static SubmitStatus StatusOf(Exception failure) => failure switch
    {
        RequestFailedException { Status: 400 or 413 } => SubmitStatus.Refused,
        RequestFailedException { Status: 401 or 403 } => SubmitStatus.Misconfigured,
        AuthenticationFailedException noToken => TokenFailures.IsPassing(noToken) ? SubmitStatus.Unknown : SubmitStatus.Misconfigured,
        _ => IsMissingTable(failure) ? SubmitStatus.Misconfigured : SubmitStatus.Unknown,
    };

    /// <summary>Whether the service said that the table is not there. A 404 may also speak of a row, or come from a proxy.</summary>
    /// <param name="failure">Whatever the client threw.</param>
    public static bool IsMissingTable(Exception? failure) => failure is RequestFailedException { Status: 404, ErrorCode: TableNotFound };

    /// <summary>Says in one line what went wrong, where, and what to do about it, and names the setting.</summary>
    /// <param name="table">The table that was asked.</param>
    /// <param name="setting">The setting that names its account.</param>
    /// <param name="failure">Whatever the client threw.</param>
    public static string Describe(TableClient table, string setting, Exception failure)
    {
        var account = $"{setting}: the storage account '{table.AccountName}'";
        var of = $"{setting}: table '{table.Name}' of '{table.AccountName}'";
        return failure switch
        {
            AuthenticationFailedException noToken when TokenFailures.IsPassing(noToken) =>
                $"{account} was not asked, the token service gives no token for it now: {FirstLine(failure)}",
            AuthenticationFailedException =>
                $"{account} was not asked, there is no token for it: check the identity and {setting}__clientId: {FirstLine(failure)}",
            RequestFailedException { Status: 401 or 403 } refused => string.Create(CultureInfo.InvariantCulture,
                $"{account} refuses the credential ({refused.Status} {refused.ErrorCode}): check the key, or give the identity the role ")
                + "Storage Table Data Contributor.",
            _ when IsMissingTable(failure) => $"{account} has no table '{table.Name}'; it is made at the start.",
            RequestFailedException { Status: > 0 } answer => string.Create(CultureInfo.InvariantCulture,
                $"{of}: {answer.Status} {answer.ErrorCode ?? FirstLine(answer)}"),
            AggregateException { InnerExceptions: [.., var last] } tries => string.Create(CultureInfo.InvariantCulture,
                $"{of} cannot be reached at {table.Uri}, tried {tries.InnerExceptions.Count} times: {FirstLine(last)}"),
            _ => $"{of} gave no answer: {FirstLine(failure)}",
        };
    }

    /// <summary>Puts a question to a table. Whatever it is answered is one of three exceptions, or the result.</summary>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="table">The table.</param>
    /// <param name="setting">The setting that names its account.</param>
    /// <param name="ask">The question.</param>
    /// <param name="cancellationToken">The token that the question was given.</param>
    /// <exception cref="SettingException">The service refused the account, the credential or the table.</exception>
    /// <exception cref="StoreUnavailableException">No answer, one that says to come back later, or one that cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static async Task<T> AskAsync<T>(this TableClient table, string setting, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(
                    $"{setting}: table '{table.Name}' of '{table.AccountName}' at {table.Uri} has given no answer yet.", failure,
                    cancellationToken);
            }

            throw StatusOf(failure) == SubmitStatus.Misconfigured
                ? new SettingException(Describe(table, setting, failure), failure)
                : new StoreUnavailableException(Describe(table, setting, failure), failure);
        }
    }

    /// <summary>Reads a row. Only the service's word that the row is not there counts as that.</summary>
    /// <param name="table">The table.</param>
    /// <param name="setting">The setting that names its account.</param>
    /// <param name="partitionKey">The partition key.</param>
    /// <param name="rowKey">The row key.</param>
    /// <param name="columns">The columns wanted, with the keys; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The row; null where it is not there.</returns>
    /// <exception cref="SettingException">The service refused the account, the credential or the table.</exception>
    /// <exception cref="StoreUnavailableException">No answer, one that says to come back later, or one that cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static Task<TableEntity?> FindAsync(
        this TableClient table, string setting, string partitionKey, string rowKey, IEnumerable<string>? columns,
        CancellationToken cancellationToken)
    {
        return table.AskAsync(setting, ReadAsync, cancellationToken);

        async Task<TableEntity?> ReadAsync()
        {
            var response = await table.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, columns, cancellationToken)
                .ConfigureAwait(false);
            if (!response.HasValue)
            {
                // The client takes every 404 for a row that is not there.
                var missing = new RequestFailedException(response.GetRawResponse());
                return missing.ErrorCode is "ResourceNotFound" or "EntityNotFound" ? null : throw missing;
            }

            var row = Whole(response.Value!);
            return row.PartitionKey == partitionKey && row.RowKey == rowKey ? row : throw Unreadable($"it is not row '{rowKey}'");
        }
    }

    /// <summary>Holds a row to having keys and a version: the client makes an empty row of an empty object.</summary>
    /// <param name="row">A row as the client read it.</param>
    /// <returns>The same row.</returns>
    public static TableEntity Whole(TableEntity row) =>
        row.PartitionKey is not null && row.RowKey is not null && row.ETag != default
            ? row
            : throw Unreadable("a row has no keys or no version");

    /// <summary>Holds a page without rows to being one: the client takes any object for an empty page.</summary>
    /// <param name="page">A page as the client read it.</param>
    /// <returns>The same page.</returns>
    public static Page<TableEntity> Whole(Page<TableEntity> page)
    {
        if (page.Values.Count == 0)
        {
            using var body = JsonDocument.Parse(page.GetRawResponse().Content);
            if (!body.RootElement.TryGetProperty("value", out var rows) || rows.ValueKind != JsonValueKind.Array)
            {
                throw Unreadable("a page has no rows, not even none");
            }
        }

        return page;
    }

    private static InvalidDataException Unreadable(string what) => new($"The answer cannot be read: {what}.");

    private static string FirstLine(Exception failure) => failure.Message.Split('\n', 2)[0].TrimEnd();
}
