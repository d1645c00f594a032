using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations.Log;
using FunctionsConsumers.Operations.Stories;
using FunctionsConsumers.Orders;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Reading;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.Operations.Replays;

/// <summary>
/// Handles the records of a window of time once more, by today's code and catalog, into a table of its own, and compares with
/// what the live group has. The live group, its offsets and its table are only read. Nothing is sent: mails and dead letters
/// stay in the outbox of the replay's table. Called again, it goes on: what it has applied is suppressed.
/// </summary>
/// <param name="services">Where the system is.</param>
/// <param name="log">The log.</param>
public sealed class WindowReplay(OperatedServices services, TopicLog log)
{
    private const int RecordsAtOnce = 1000;
    private const int ShownDifferences = 100;

    /// <summary>Replays.</summary>
    /// <param name="group">The group of the replay's own, which is the name of its table: 3 to 63 letters and digits, a letter
    /// first.</param>
    /// <param name="like">The live group whose decisions are taken.</param>
    /// <param name="from">Records of this time or later.</param>
    /// <param name="to">Records before this time.</param>
    /// <param name="progress">Told how many records are handled, and how many there are.</param>
    /// <param name="cancellationToken">Ends it between batches.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="OperationException">The name is not the replay's to take, the window is empty, or the broker does not
    /// answer.</exception>
    /// <exception cref="StoreUnavailableException">A table could not be read or written.</exception>
    /// <exception cref="SettingException">The account refuses the credential, or the table is another group's.</exception>
    public async Task<ReplayResult> RunAsync(
        string group, string like, DateTimeOffset from, DateTimeOffset to, Action<long, long> progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        Check(group, from, to);
        var held = await log.RangesAsync(services.Topic, cancellationToken);
        var starts = await log.OffsetsAtAsync(services.Topic, held, from, cancellationToken);
        var ends = await log.OffsetsAtAsync(services.Topic, held, to, cancellationToken);
        List<PartitionRange> window = [.. held.Select(range =>
            new PartitionRange(range.Partition, starts[range.Partition], Math.Max(starts[range.Partition], ends[range.Partition])))];
        var total = window.Sum(range => range.Length);
        var live = await GroupTable.FindAsync(services.Tables, like, cancellationToken);
        var buckets = live?.Buckets ?? new EffectivelyOnceOptions().Buckets;
        var table = await GroupTable.OpenAsync(services.Tables, group, buckets, cancellationToken);
        var catalog = new ProductCatalog(new TableCatalogSource(services.Tables.Clients[0], services.Time), services.Time);
        await catalog.ReadAsync(cancellationToken);
        var processor = new BatchProcessor<OrderEvent>(
            new ReplayedConsumer<OrderEvent>(group, ConsumerOf(like)), new OrderDecoder(catalog), table, new Buckets(buckets),
            new UnsentOutbox(),
            new EffectivelyOnceOptions(), services.Time, Random.Shared, NullLogger.Instance);
        var tally = new Tally();
        var orders = new HashSet<string>(StringComparer.Ordinal);
        var reader = new RecordReader(services.Time);
        foreach (var range in window)
        {
            for (var begin = range.Start; begin < range.End; begin += RecordsAtOnce)
            {
                var batch = new List<ConsumedRecord>();
                await log.ReadAsync(services.Topic, [range with { Start = begin, End = Math.Min(range.End, begin + RecordsAtOnce) }],
                    batch.Add, cancellationToken);
                batch = [.. batch.Select(record => ForTheReplay(record, like))];
                tally.Add(await processor.ProcessAsync(batch, cancellationToken));
                orders.UnionWith(batch.Select(record => reader.Read(record).OrderId).OfType<string>());
                progress(tally.Records, total);
            }
        }

        var comparison = await CompareAsync(group, new FoundTable(table, buckets), like, live, orders, cancellationToken);
        return new ReplayResult(
            group, like, tally.Records, tally.Applied, tally.Duplicates, tally.DeadLettered, tally.PassedOver, tally.Reasons,
            comparison.Same, comparison.Different, comparison.Missing, comparison.Differences);
    }

    private void Check(string group, DateTimeOffset from, DateTimeOffset to)
    {
        if (services.Groups.Contains(group, StringComparer.OrdinalIgnoreCase)
            || string.Equals(group, GroupProgress.TableName, StringComparison.OrdinalIgnoreCase)
            || string.Equals(group, TableCatalogSource.TableName, StringComparison.OrdinalIgnoreCase))
        {
            throw new OperationException($"{group} is a live table: give the replay a name of its own, such as replay1");
        }

        if (group.Length is < 3 or > 63 || !char.IsAsciiLetter(group[0]) || !group.All(char.IsAsciiLetterOrDigit))
        {
            throw new OperationException($"'{group}' cannot be the name of a table: take 3 to 63 letters and digits, a letter first");
        }

        if (from >= to)
        {
            throw new OperationException("the window ends before it begins: give --from a time before --to");
        }
    }

    // A record that was redriven for the live group is the replay's too.
    private static ConsumedRecord ForTheReplay(ConsumedRecord record, string like) =>
        record.LastHeader(Redrive.Header) is { } group && Encoding.UTF8.GetString(group) == like
            ? record with { Headers = [.. record.Headers.Where(header => header.Name != Redrive.Header)] }
            : record;

    private static IConsumer<OrderEvent> ConsumerOf(string like) => Groups.DecisionsOf(like)
        ?? throw new OperationException(
            $"there is no group {like} whose decisions could be taken: name one of {string.Join(", ", Groups.All)}");

    private static async Task<ReplayComparison> CompareAsync(
        string group, FoundTable replayed, string like, FoundTable? live, IReadOnlyCollection<string> orders,
        CancellationToken cancellationToken)
    {
        var (same, different, missing) = (0, 0, 0);
        var differences = new List<ReplayDifference>();
        var ours = new EffectReader(like, replayed);
        var theirs = live is null ? null : new EffectReader(like, live);
        foreach (var order in orders.Order(StringComparer.Ordinal))
        {
            if (await ours.FindAsync(order, cancellationToken) is not { } effect)
            {
                continue;
            }

            var other = theirs is null ? null : await theirs.FindAsync(order, cancellationToken);
            var detail = other is null ? $"{like} has no effect of it" : Difference(effect, other);
            (same, different, missing) = (same + (detail is null ? 1 : 0), different + (other is not null && detail is not null ? 1 : 0),
                missing + (other is null ? 1 : 0));
            if (detail is not null && differences.Count < ShownDifferences)
            {
                differences.Add(new ReplayDifference(order, detail));
            }
        }

        return new ReplayComparison(same, different, missing, differences);

        // The message's id is made of the group's name, and differs.
        string? Difference(StoredEffect mine, StoredEffect other) => mine.Columns
            .Where(column => column.Key != "MessageId" && other.Columns.GetValueOrDefault(column.Key) != column.Value)
            .Select(column =>
                $"{column.Key} is {column.Value} in {group}, {other.Columns.GetValueOrDefault(column.Key) ?? "not there"} in {like}")
            .FirstOrDefault();
    }

    private sealed record ReplayComparison(int Same, int Different, int Missing, IReadOnlyList<ReplayDifference> Differences);

    private sealed class Tally
    {
        public long Records { get; private set; }

        public int Applied { get; private set; }

        public int Duplicates { get; private set; }

        public int DeadLettered { get; private set; }

        public int PassedOver { get; private set; }

        public Dictionary<string, int> Reasons { get; } = new(StringComparer.Ordinal);

        public void Add(BatchOutcome outcome)
        {
            Records += outcome.Records.Count;
            Applied += outcome.Applied;
            Duplicates += outcome.Duplicates;
            DeadLettered += outcome.DeadLettered;
            PassedOver += outcome.PassedOver;
            foreach (var reason in outcome.Records.Select(record => record.Reason).OfType<string>())
            {
                Reasons[reason] = Reasons.GetValueOrDefault(reason) + 1;
            }
        }
    }
}
