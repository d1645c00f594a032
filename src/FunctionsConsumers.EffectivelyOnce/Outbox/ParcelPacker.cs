using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Puts the messages of a transaction into parcels: small ones of a kind share a head row, so that a transaction with
/// fifty e-mails costs one row to insert, one to claim and one to delete, and not fifty of each. A message that is not
/// small has its rows to itself.
/// </summary>
internal sealed class ParcelPacker
{
    /// <summary>
    /// The most messages of a parcel: each may need a row of its own when they are settled differently, in one transaction.
    /// </summary>
    public const int MaxMessages = TransactionLimits.MaxRows;

    // Larger ones fill rows by themselves; sharing a row would only make each of them dearer to settle.
    private const int SmallBytes = 16 * 1024;
    private const int SmallSubject = 512;

    // What a head row takes in a request beside its payload: address, headers, and the columns of state, claim, detail and trace.
    private const int HeadBytes = 4000 + TraceContext.RowBytes;

    private readonly List<List<OutboxMessage>> _parcels = [];
    private readonly Dictionary<string, (List<OutboxMessage> Messages, int Bytes)> _open = new(StringComparer.Ordinal);

    /// <summary>How many rows the parcels take.</summary>
    public int Rows { get; private set; }

    /// <summary>How many bytes the parcels' rows take in a request, at most.</summary>
    public long RequestBytes { get; private set; }

    /// <summary>
    /// The parcels so far. In each the lowest id comes first and names the head row: what is left of it later gets rows
    /// further up, never further down, and nobody who scans the outbox upwards passes a message by while it moves.
    /// </summary>
    public IReadOnlyList<Parcel> Parcels =>
        [.. _parcels.Select(messages => new Parcel(messages[0].Kind, [.. messages.OrderBy(message => message.Id, StringComparer.Ordinal)]))];

    /// <summary>Packs messages.</summary>
    /// <param name="messages">The messages, in order.</param>
    /// <param name="trace">The context of the transaction that commits them; null where it is not traced.</param>
    /// <returns>The parcels, in the order of their first messages.</returns>
    public static IReadOnlyList<Parcel> Pack(IEnumerable<OutboxMessage> messages, TraceContext? trace)
    {
        var packer = new ParcelPacker();
        packer.Add(messages);
        return trace is null ? packer.Parcels : [.. packer.Parcels.Select(parcel => parcel with { Trace = trace })];
    }

    /// <summary>Adds messages.</summary>
    /// <param name="messages">The messages, in order.</param>
    public void Add(IEnumerable<OutboxMessage> messages)
    {
        foreach (var message in messages)
        {
            Add(message);
        }
    }

    private void Add(OutboxMessage message)
    {
        var bytes = PackedMessages.MaxBytesOf(message);
        if (bytes > SmallBytes || message.Subject.Length > SmallSubject)
        {
            _parcels.Add([message]);
            var inserts = OutboxRows.Inserts(new Parcel(message.Kind, [message]));
            Rows += inserts.Count;
            RequestBytes += TraceContext.RowBytes + inserts.Sum(insert => (long)TransactionLimits.RequestBytes(insert));
            return;
        }

        if (!_open.TryGetValue(message.Kind, out var open) || open.Messages.Count == MaxMessages || open.Bytes + bytes > OutboxRows.RowBytes)
        {
            open = ([], 0);
            _parcels.Add(open.Messages);
            Rows++;
            RequestBytes += HeadBytes;
        }

        open.Messages.Add(message);
        _open[message.Kind] = (open.Messages, open.Bytes + bytes);

        // In a request the payload stands as base64.
        RequestBytes += (bytes + 2L) / 3 * 4;
    }
}
