using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>
/// Table storage as its documents describe it: an answer takes its time, a partition takes 2,000 entities a second and an
/// account 20,000 ("Scalability and performance targets for Table storage"), and what is above is answered by 503. Buckets
/// are dealt out over the accounts as the product does it. Some rows are there
/// from the beginning, and are made when they are asked for.
/// </summary>
internal sealed class ModelledService : ITableStore
{
    private const int EntitiesOfAPartition = 2_000;
    private const int EntitiesOfAnAccount = 20_000;

    // Log-normal, 8 ms in the middle and 40 ms at the 99th percentile (2.326 standard deviations).
    private const double MedianMilliseconds = 8;
    private static readonly double Spread = Math.Log(40 / MedianMilliseconds) / 2.326;

    private static readonly Dictionary<string, object> NoColumns = [];

    private readonly Allowance[] _accounts;
    private readonly bool _isInstant;
    private readonly ConcurrentDictionary<string, Allowance> _partitions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Partition, string RowKey), Row> _rows = new();
    private readonly Func<string, string, Row?> _there;
    private readonly Random _random;
    private long _version;
    private long _entities;
    private long _refused;

    public ModelledService(int accounts, int seed, bool isInstant = false, Func<string, string, Row?>? there = null)
    {
        _accounts = [.. Enumerable.Range(0, accounts).Select(_ => new Allowance(EntitiesOfAnAccount))];
        _isInstant = isInstant;
        _there = there ?? ((_, _) => null);
        _random = new Random(seed);
    }

    /// <summary>Entities written so far.</summary>
    public long Entities => Interlocked.Read(ref _entities);

    /// <summary>Transactions answered by 503 so far.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public async Task<SubmitResult> SubmitAsync(
        string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        if (!IsAllowed(partitionKey, operations.Count))
        {
            Interlocked.Increment(ref _refused);
            return new SubmitResult(SubmitStatus.Unknown, [], "503 ServerBusy");
        }

        if (operations.Any(operation => (operation.Kind == RowOperationKind.Insert) == (Find(partitionKey, operation.RowKey) is not null)))
        {
            return new SubmitResult(SubmitStatus.Unknown, [], "409 EntityAlreadyExists or 404 ResourceNotFound");
        }

        var etags = new string?[operations.Count];
        for (var i = 0; i < etags.Length; i++)
        {
            etags[i] = Interlocked.Increment(ref _version).ToString(System.Globalization.CultureInfo.InvariantCulture);
            _rows[(partitionKey, operations[i].RowKey)] = Kept(partitionKey, operations[i], etags[i]!);
        }

        Interlocked.Add(ref _entities, etags.Length);
        return new SubmitResult(SubmitStatus.Committed, etags);
    }

    public async Task<IReadOnlyDictionary<string, Row>> ReadAsync(
        string partitionKey, IReadOnlyCollection<string> rowKeys, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        return rowKeys.Select(rowKey => Find(partitionKey, rowKey)).OfType<Row>().ToDictionary(row => row.RowKey);
    }

    public async IAsyncEnumerable<Row> ScanAsync(
        string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        yield break;
    }

    private Row? Find(string partitionKey, string rowKey) =>
        _rows.TryGetValue((partitionKey, rowKey), out var row) ? row : _there(partitionKey, rowKey);

    // Of rows that are written once only the key is kept: nobody reads more of them here, and there are many.
    private static Row Kept(string partitionKey, RowOperation operation, string etag) =>
        new(partitionKey, operation.RowKey, etag,
            operation.RowKey.StartsWith("stock!", StringComparison.Ordinal) ? operation.Columns : Columns.Of(NoColumns));

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        if (_isInstant)
        {
            return;
        }

        double normal;
        lock (_random)
        {
            normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        }

        await Task.Delay(TimeSpan.FromMilliseconds(MedianMilliseconds * Math.Exp(Spread * normal)), cancellationToken);
    }

    private bool IsAllowed(string partitionKey, int entities)
    {
        if (_isInstant)
        {
            return true;
        }

        var account = int.TryParse(partitionKey.AsSpan(1, 3), out var bucket) ? _accounts[bucket % _accounts.Length] : _accounts[0];
        return _partitions.GetOrAdd(partitionKey, _ => new Allowance(EntitiesOfAPartition)).TryTake(entities) && account.TryTake(entities);
    }

    // So many a second, and at most a second's worth at once.
    private sealed class Allowance(int perSecond)
    {
        private readonly Lock _lock = new();
        private double _left = perSecond;
        private long _at = Stopwatch.GetTimestamp();

        public bool TryTake(int count)
        {
            lock (_lock)
            {
                var now = Stopwatch.GetTimestamp();
                _left = Math.Min(perSecond, _left + (perSecond * Stopwatch.GetElapsedTime(_at, now).TotalSeconds));
                _at = now;
                if (_left < count)
                {
                    return false;
                }

                _left -= count;
                return true;
            }
        }
    }
}
