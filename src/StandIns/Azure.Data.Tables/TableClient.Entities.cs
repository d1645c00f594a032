using Azure.Data.Tables.Queries;
using Azure.Data.Tables.Requests;

namespace Azure.Data.Tables;

public partial class TableClient
{
    /// <summary>Inserts an entity.</summary>
    /// <typeparam name="T"><see cref="TableEntity" />.</typeparam>
    /// <param name="entity">The entity.</param>
    /// <param name="cancellationToken">Ends the request, which may be done all the same.</param>
    /// <returns>The answer, with the entity's ETag among its headers.</returns>
    /// <exception cref="RequestFailedException">409 where it is there, or another refusal.</exception>
    /// <exception cref="AggregateException">No try had an answer.</exception>
    public virtual Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : ITableEntity => _entities.AddAsync(entity, cancellationToken);

    /// <summary>Writes an entity that is there.</summary>
    /// <typeparam name="T"><see cref="TableEntity" />.</typeparam>
    /// <param name="entity">The entity.</param>
    /// <param name="ifMatch">The version that must be there; <see cref="ETag.All" /> for any.</param>
    /// <param name="mode">What becomes of the properties not named.</param>
    /// <param name="cancellationToken">Ends the request, which may be done all the same.</param>
    /// <returns>The answer, with the entity's new ETag among its headers.</returns>
    /// <exception cref="RequestFailedException">412 where the version is another, 404 where there is none, or another refusal.</exception>
    /// <exception cref="AggregateException">No try had an answer.</exception>
    public virtual Task<Response> UpdateEntityAsync<T>(
        T entity, ETag ifMatch, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity => _entities.UpdateAsync(entity, ifMatch, mode, cancellationToken);

    /// <summary>Writes an entity, whether it is there or not.</summary>
    /// <typeparam name="T"><see cref="TableEntity" />.</typeparam>
    /// <param name="entity">The entity.</param>
    /// <param name="mode">What becomes of the properties not named.</param>
    /// <param name="cancellationToken">Ends the request, which may be done all the same.</param>
    /// <returns>The answer, with the entity's ETag among its headers.</returns>
    /// <exception cref="RequestFailedException">The service refused.</exception>
    /// <exception cref="AggregateException">No try had an answer.</exception>
    public virtual Task<Response> UpsertEntityAsync<T>(
        T entity, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity => _entities.UpdateAsync(entity, null, mode, cancellationToken);

    /// <summary>Deletes an entity, if it is there.</summary>
    /// <param name="partitionKey">The partition.</param>
    /// <param name="rowKey">The key within it.</param>
    /// <param name="ifMatch">The version that must be there; any by default.</param>
    /// <param name="cancellationToken">Ends the request, which may be done all the same.</param>
    /// <returns>The answer; its status is 404 where the entity was not there.</returns>
    /// <exception cref="RequestFailedException">412 where the version is another, or another refusal.</exception>
    /// <exception cref="AggregateException">No try had an answer.</exception>
    public virtual Task<Response> DeleteEntityAsync(
        string partitionKey, string rowKey, ETag ifMatch = default, CancellationToken cancellationToken = default) =>
        _entities.DeleteAsync(partitionKey, rowKey, ifMatch, cancellationToken);

    /// <summary>Deletes an entity, if it is there.</summary>
    /// <param name="entity">The entity, of which only the keys are looked at.</param>
    /// <param name="ifMatch">The version that must be there; any by default.</param>
    /// <param name="cancellationToken">Ends the request, which may be done all the same.</param>
    /// <returns>The answer; its status is 404 where the entity was not there.</returns>
    /// <exception cref="RequestFailedException">412 where the version is another, or another refusal.</exception>
    /// <exception cref="AggregateException">No try had an answer.</exception>
    public virtual Task<Response> DeleteEntityAsync(ITableEntity entity, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return _entities.DeleteAsync(entity.PartitionKey, entity.RowKey, ifMatch, cancellationToken);
    }

    /// <summary>Reads an entity.</summary>
    /// <typeparam name="T"><see cref="TableEntity" />.</typeparam>
    /// <param name="partitionKey">The partition.</param>
    /// <param name="rowKey">The key within it.</param>
    /// <param name="select">The properties to read; null for all.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The entity.</returns>
    /// <exception cref="RequestFailedException">404 where there is none, or another refusal.</exception>
    /// <exception cref="AggregateException">No try had an answer.</exception>
    public virtual async Task<Response<T>> GetEntityAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string>? select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        RequireReadable<T>();
        var (entity, response) = await _entities.GetAsync(partitionKey, rowKey, select, orNone: false, cancellationToken).ConfigureAwait(false);
        return Response.FromValue((T)(object)entity!, response);
    }

    /// <summary>Reads an entity, if it is there.</summary>
    /// <typeparam name="T"><see cref="TableEntity" />.</typeparam>
    /// <param name="partitionKey">The partition.</param>
    /// <param name="rowKey">The key within it.</param>
    /// <param name="select">The properties to read; null for all.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The entity, or an answer without a value where it, or its table, is not there.</returns>
    /// <exception cref="RequestFailedException">The service refused.</exception>
    /// <exception cref="AggregateException">No try had an answer.</exception>
    public virtual async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string>? select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        RequireReadable<T>();
        var (entity, response) = await _entities.GetAsync(partitionKey, rowKey, select, orNone: true, cancellationToken).ConfigureAwait(false);
        return entity is null ? new NoEntity<T>(response) : Response.FromValue((T)(object)entity, response);
    }

    /// <summary>Reads the entities that a filter lets through, ordered by partition and row key. Several pages are no snapshot.</summary>
    /// <typeparam name="T"><see cref="TableEntity" />.</typeparam>
    /// <param name="filter">An OData filter of at most 15 comparisons; null for all entities.</param>
    /// <param name="maxPerPage">How many entities a page has at most; null for the service's 1,000.</param>
    /// <param name="select">The properties to read; null for all.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <returns>The entities, asked for as they are enumerated.</returns>
    public virtual AsyncPageable<T> QueryAsync<T>(
        string? filter = null, int? maxPerPage = null, IEnumerable<string>? select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        RequireReadable<T>();
        return (AsyncPageable<T>)(object)PageRequests.Entities(_account, Name, filter, maxPerPage, select, cancellationToken);
    }

    private static void RequireReadable<T>()
    {
        if (typeof(T) != typeof(TableEntity))
        {
            throw new NotSupportedException($"{typeof(T)} cannot be read: the stand-in of Azure.Data.Tables reads {nameof(TableEntity)} only.");
        }
    }
}
