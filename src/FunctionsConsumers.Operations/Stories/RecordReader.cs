using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Reading;

namespace FunctionsConsumers.Operations.Stories;

/// <summary>
/// Says of records which order they are of, by the decoder of the consumers themselves. The catalog does not matter for that.
/// </summary>
internal sealed class RecordReader : ICatalogSource
{
    private readonly OrderDecoder _decoder;

    /// <summary>Makes the reader.</summary>
    /// <param name="time">The clock.</param>
    public RecordReader(TimeProvider time) => _decoder = new OrderDecoder(new ProductCatalog(this, time));

    /// <summary>Who a record is, as the consumers see it.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The record, with what it is about.</returns>
    public FoundRecord Read(ConsumedRecord record)
    {
        var decoded = _decoder.Decode(record);
        var coordinates = record.Coordinates.ToString();
        var key = IdempotencyKey.Of(record, decoded.EventId, decoded.Subject);
        var identity = new EventIdentity(
            "", decoded.Subject ?? coordinates, key ?? coordinates, Fingerprint.Of(record.Value), record.Coordinates);
        identity = decoded.Canonical is { } canonical
            ? identity with { Fingerprint = Fingerprint.Of(canonical), Spelling = record.Value ?? [] }
            : identity;
        return new FoundRecord(record, decoded.Subject, key, identity)
        {
            Mentions = decoded.Subject is null ? MentionedIds.Of(record.Value) : [],
        };
    }

    /// <summary>
    /// Whether a record can be of an order, or have a key: a glance at the bytes that passes over nearly all others. A text may
    /// be written with escapes, so bytes with a backslash are always read; a key may be put together of two headers.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="asked">The order's id or the key, in UTF-8.</param>
    /// <returns>Whether it can.</returns>
    public static bool MayBeOf(ConsumedRecord record, byte[] asked) =>
        record.Value.AsSpan().IndexOf(asked) >= 0
        || record.Value.AsSpan().Contains((byte)'\\')
        || record.Headers.Any(header => header.Name == "ce_source" || header.Value.AsSpan().IndexOf(asked) >= 0);

    /// <inheritdoc />
    public Task<IReadOnlyList<CatalogProduct>> ReadAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CatalogProduct>>([]);
}

/// <summary>A record, and which order it is of.</summary>
/// <param name="Record">The record.</param>
/// <param name="OrderId">The order's id; null for what is no order.</param>
/// <param name="Key">The idempotency key; null where nothing gives one.</param>
/// <param name="Identity">Who the record is for the consumers.</param>
internal sealed record FoundRecord(ConsumedRecord Record, string? OrderId, string? Key, EventIdentity Identity)
{
    /// <summary>What is no order, as broken JSON is, may still mention ids.</summary>
    public IReadOnlyList<string> Mentions { get; init; } = [];

    /// <summary>Whether the record is what was asked for: by the order, the key, its place, or by a mention in what is no order.</summary>
    /// <param name="asked">What was asked for.</param>
    /// <returns>Whether it is.</returns>
    public bool IsAnswerTo(string asked) => OrderId == asked
        || Key == asked
        || Record.Coordinates.ToString() == asked
        || Mentions.Contains(asked);
}
