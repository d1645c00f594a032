using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Lab.Traffic;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>Orders as a trigger delivers them.</summary>
internal static class OrderBatches
{
    /// <summary>The size of the app's batches (<c>maxBatchSize</c> of host.json).</summary>
    public const int Size = 500;

    private static readonly DateTimeOffset At = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Makes orders in batches.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="first">The number of the first, from 0.</param>
    /// <param name="size">How many in a batch.</param>
    /// <returns>The batches, each of one partition, as a busy topic gives them.</returns>
    public static List<ConsumedRecord[]> Make(long seed, int count, int first = 0, int size = Size) =>
        [.. Enumerable.Range(first, count).Chunk(size).Select((numbers, batch) =>
            numbers.Select(number => Record(seed, number, batch % 4)).ToArray())];

    /// <summary>One order.</summary>
    public static ConsumedRecord Record(long seed, int number, int partition)
    {
        var record = ValidOrders.Make(seed, number + 1);
        return new ConsumedRecord(
            new Coordinates("order-events", partition, number),
            At,
            record.Key,
            record.Value,
            [.. record.Headers.Select(header => new RecordHeader(header.Key, header.Value))]);
    }

    /// <summary>The same orders sent once more, with offsets of their own.</summary>
    public static List<ConsumedRecord[]> Resent(List<ConsumedRecord[]> batches) =>
        [.. batches.Select(batch => batch.Select(record =>
            record with { Coordinates = record.Coordinates with { Offset = record.Coordinates.Offset + 100_000_000 } }).ToArray())];
}
