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

    private readonly List<OpenParcel> _parcels = [];

    /// <summary>How many rows the parcels take.</summary>
    public int Rows { get; private set; }

    /// <summary>How many bytes the parcels' rows take in a request, at most.</summary>
    public long RequestBytes { get; private set; }

    /// <summary>
    /// The parcels so far. In each the lowest id comes first and names the head row: what is left of it later gets rows
    /// further up, never further down, and nobody who scans the outbox upwards passes a message by while it moves.
    /// </summary>
    public IReadOnlyList<Parcel> Parcels =>
        _parcels.Count == 0 ? [] : [.. _parcels.Select(parcel => parcel.Closed())];

    /// <summary>
    /// Packs messages. <paramref name="trace" /> is null if it is not traced. Returns the parcels, in the order of their first
    /// messages.
    /// </summary>
    public static IReadOnlyList<Parcel> Pack(IEnumerable<OutboxMessage> messages, TraceContext? trace)
    {
        var packer = new ParcelPacker();
        packer.Add(messages);
        return trace is null ? packer.Parcels : [.. packer.Parcels.Select(parcel => parcel with { Trace = trace })];
    }

    /// <summary>Adds messages.</summary>
    public void Add(IEnumerable<OutboxMessage> messages)
    {
        foreach (var message in messages)
        {
            Add(message);
        }
    }

    /// <summary>
    /// Adds the messages of one event, all or none. <paramref name="maxRows" /> is the most rows that all parcels may take
    /// afterwards. <paramref name="maxBytes" /> is the most bytes that all parcels may take afterwards.
    /// </summary>
    public bool TryAdd(OutboxMessage[] messages, int maxRows, long maxBytes)
    {
        if (messages.Length == 0)
        {
            return Rows <= maxRows && RequestBytes <= maxBytes;
        }

        var (rows, bytes, parcels) = (Rows, RequestBytes, _parcels.Count);
        Add(messages);
        if (Rows <= maxRows && RequestBytes <= maxBytes)
        {
            return true;
        }

        _parcels.RemoveRange(parcels, _parcels.Count - parcels);
        _parcels.ForEach(parcel => parcel.TakeBack(messages));
        (Rows, RequestBytes) = (rows, bytes);
        return false;
    }

    private void Add(OutboxMessage message)
    {
        var bytes = PackedMessages.MaxBytesOf(message);
        if (bytes > SmallBytes || message.Subject.Length > SmallSubject)
        {
            _parcels.Add(new OpenParcel(message, PayloadColumns.RowBytes));
            var (rows, requestBytes) = OutboxRows.Measure(message);
            Rows += rows;
            RequestBytes += requestBytes + TraceContext.RowBytes;
            return;
        }

        // In a request the payload stands as base64.
        RequestBytes += (bytes + 2L) / 3 * 4;
        for (var i = _parcels.Count - 1; i >= 0; i--)
        {
            if (_parcels[i].TryAdd(message, bytes))
            {
                return;
            }
        }

        _parcels.Add(new OpenParcel(message, bytes));
        Rows++;
        RequestBytes += HeadBytes;
    }

    // A parcel that may take further messages of its kind.
    private sealed class OpenParcel(OutboxMessage first, int bytes)
    {
        private readonly List<OutboxMessage> _messages = [first];
        private int _bytes = bytes;

        public Parcel Closed() => new(first.Kind, [.. _messages.OrderBy(message => message.Id, StringComparer.Ordinal)]);

        public bool TryAdd(OutboxMessage message, int more)
        {
            if (_messages.Count == MaxMessages
                || _bytes + more > PayloadColumns.RowBytes
                || !string.Equals(message.Kind, first.Kind, StringComparison.Ordinal))
            {
                return false;
            }

            _messages.Add(message);
            _bytes += more;
            return true;
        }

        public void TakeBack(OutboxMessage[] messages)
        {
            for (var last = _messages[^1]; Array.Exists(messages, message => ReferenceEquals(message, last)); last = _messages[^1])
            {
                _messages.RemoveAt(_messages.Count - 1);
                _bytes -= PackedMessages.MaxBytesOf(last);
            }
        }
    }
}
