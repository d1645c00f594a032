using System.Buffers;
using System.Globalization;
using System.Text;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Tables;

/// <summary>
/// The table service by its documented rules: a transaction is atomic, on one partition, of at most 100 different rows and
/// 4 MiB; an insert fails where the row is there; an ETag that is not the row's fails, and <c>*</c> fits any. It applies a
/// request at the moment the scheduler chooses, whoever still waits for the answer.
/// </summary>
internal sealed class ModelledTable
{
    /// <summary>The service refuses every row whose key holds this text: there is always something nobody thought of.</summary>
    public const string Unlucky = "refused-by-the-modelled-service";

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/\\#?%+");

    private readonly Dictionary<string, SortedDictionary<string, Row>> _partitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _versions = new(StringComparer.Ordinal);

    /// <summary>Called after every commit.</summary>
    public Action<Commit>? Committed { get; set; }

    /// <summary>The buckets that hold rows, or did.</summary>
    public IReadOnlyCollection<string> Partitions => _partitions.Keys;

    /// <summary>The rows of a bucket, in key order.</summary>
    public SortedDictionary<string, Row> Rows(string partitionKey)
    {
        if (!_partitions.TryGetValue(partitionKey, out var rows))
        {
            _partitions.Add(partitionKey, rows = new(StringComparer.Ordinal));
        }

        return rows;
    }

    /// <summary>Applies a transaction.</summary>
    public SubmitResult Apply(TransactionRequest request)
    {
        if (Refusal(request.Operations) is { } refusal)
        {
            return new SubmitResult(SubmitStatus.Refused, [], refusal);
        }

        var rows = Rows(request.PartitionKey);
        foreach (var operation in request.Operations)
        {
            var there = rows.TryGetValue(operation.RowKey, out var row);
            var conflict = operation.Kind == RowOperationKind.Insert
                ? there ? "409" : null
                : !there ? "404" : operation.ETag == "*" || operation.ETag == row!.ETag ? null : "412";
            if (conflict is not null)
            {
                return new SubmitResult(SubmitStatus.Unknown, [], $"{conflict} at {operation.RowKey}");
            }
        }

        var before = new Row?[request.Operations.Count];
        var etags = new string?[request.Operations.Count];
        for (var i = 0; i < etags.Length; i++)
        {
            before[i] = rows.GetValueOrDefault(request.Operations[i].RowKey);
            etags[i] = Apply(rows, request.PartitionKey, request.Operations[i], request.Sender);
        }

        Committed?.Invoke(new Commit(request, before));
        return new SubmitResult(SubmitStatus.Committed, etags);
    }

    private string? Apply(SortedDictionary<string, Row> rows, string partitionKey, RowOperation operation, string sender)
    {
        if (operation.Kind == RowOperationKind.Delete)
        {
            rows.Remove(operation.RowKey);
            return null;
        }

        var columns = new Dictionary<string, object>(operation.Columns, StringComparer.Ordinal);
        if (operation.Kind == RowOperationKind.Merge)
        {
            foreach (var (name, value) in rows[operation.RowKey].Columns)
            {
                columns.TryAdd(name, value);
            }
        }

        // A version of the row's own, never used again, and the same whatever happened to other rows; with a digest of
        // the content, so that a state of a small world is told by its versions.
        var version = _versions[operation.RowKey] = _versions.GetValueOrDefault(operation.RowKey) + 1;
        var etag = string.Create(CultureInfo.InvariantCulture, $"{version}.{sender}.{Digest(columns):x8}");
        rows[operation.RowKey] = new Row(partitionKey, operation.RowKey, etag, columns);
        return etag;
    }

    // Not the ids that are drawn at random, nor the time: they differ between two runs of one history.
    private static uint Digest(Dictionary<string, object> columns)
    {
        var digest = 2166136261u;
        foreach (var (name, value) in columns)
        {
            var text = name is "Attempt" or "Claim" or "Doubt" or "Incarnation" or "AppliedAt" or "CreatedAt" or "ProlongedAt"
                ? null
                : value switch
            {
                string s => s,
                int or long => Convert.ToString(value, CultureInfo.InvariantCulture),
                _ => null,
            };
            foreach (var c in text ?? name)
            {
                digest = (digest ^ c) * 16777619u;
            }
        }

        return digest;
    }

    private static string? Refusal(IReadOnlyList<RowOperation> operations)
    {
        if (operations.Count is 0 or > 100)
        {
            return "400 InvalidInput: " + operations.Count.ToString(CultureInfo.InvariantCulture) + " operations";
        }

        var keys = new HashSet<string>(StringComparer.Ordinal);
        long bytes = 0;
        foreach (var operation in operations)
        {
            if (!keys.Add(operation.RowKey))
            {
                return "400 InvalidDuplicateRow: " + operation.RowKey;
            }

            if (operation.RowKey.Length > 512 || operation.RowKey.Contains(Unlucky, StringComparison.Ordinal)
                || operation.RowKey.AsSpan().IndexOfAny(Forbidden) >= 0)
            {
                return "400 OutOfRangeInput: " + operation.RowKey;
            }

            var entity = EntityBytes(operation, out var tooLarge);
            if (tooLarge || entity > 1024 * 1024 || operation.Columns.Count > 252)
            {
                return "400 EntityTooLarge: " + operation.RowKey;
            }

            bytes += 300 + entity;
        }

        return bytes > 4 * 1024 * 1024 ? "413 RequestBodyTooLarge" : null;
    }

    private static long EntityBytes(RowOperation operation, out bool tooLarge)
    {
        tooLarge = false;
        long bytes = 4 + (2 * operation.RowKey.Length);
        foreach (var (name, value) in operation.Columns)
        {
            var size = value switch
            {
                string text => Encoding.Unicode.GetByteCount(text),
                byte[] binary => binary.Length,
                int => 4,
                _ => 8,
            };
            tooLarge |= size > 64 * 1024;
            bytes += 12 + (2 * name.Length) + size;
        }

        return bytes;
    }
}

/// <summary>A transaction on its way.</summary>
/// <param name="Table">The table.</param>
/// <param name="SentAt">When it was sent, by the world's clock.</param>
/// <param name="Sender">The process life that sent it.</param>
/// <param name="Delivery">The number of the sender's batch at that time.</param>
/// <param name="PartitionKey">The bucket.</param>
/// <param name="Operations">The operations.</param>
internal sealed record TransactionRequest(
    ModelledTable Table, TimeSpan SentAt, string Sender, int Delivery, string PartitionKey, IReadOnlyList<RowOperation> Operations);

/// <summary>A committed transaction.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Before">Each operation's row as it was before; null where there was none.</param>
internal sealed record Commit(TransactionRequest Request, IReadOnlyList<Row?> Before);
