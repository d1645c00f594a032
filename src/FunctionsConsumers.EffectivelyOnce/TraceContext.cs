using System.Buffers;
using System.Diagnostics;
using System.Text;
using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// A W3C trace context as text, as it stands in a record's headers and in a row of the outbox. The invariant: it was read
/// as one, so whoever reads it again can go on with it, and it has a length that fits a row.
/// </summary>
/// <param name="Parent">The <c>traceparent</c>.</param>
/// <param name="State">The <c>tracestate</c>; null where there is none.</param>
internal readonly record struct TraceContext(string Parent, string? State)
{
    /// <summary>The header with the context.</summary>
    public const string ParentHeader = "traceparent";

    /// <summary>The header with what tracing systems add to it.</summary>
    public const string StateHeader = "tracestate";

    // W3C: the first version has 55 characters, later ones may have more; of the state at least 512 are to be passed on.
    private const int ShortestParent = 55;
    private const int LongestParent = 128;
    private const int LongestState = 512;

    // What JSON writes as it is. A state with anything else is left out: it is an addition, and a row's size must be known.
    private static readonly SearchValues<char> StateCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !#$%()*,-./:;=?@[]^_{|}~");

    /// <summary>The most bytes that a context takes in a row, with its columns' names.</summary>
    public const int RowBytes = 1000;

    /// <summary>The context of the span that is current here; null where there is none.</summary>
    public static TraceContext? Current => Of(Activity.Current);

    /// <summary>The context of a span. Null if there is none that others can go on with.</summary>
    public static TraceContext? Of(Activity? span) =>
        span is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? Of(id, span.TraceStateString) : null;

    /// <summary>Reads a context from text that may be anything. Null if the text is none.</summary>
    public static TraceContext? Of(string? parent, string? state)
    {
        if (parent is not { Length: >= ShortestParent and <= LongestParent } || !ActivityContext.TryParse(parent, null, out _))
        {
            return null;
        }

        return new TraceContext(
            parent, state is { Length: > 0 and <= LongestState } && !state.AsSpan().ContainsAnyExcept(StateCharacters) ? state : null);
    }

    /// <summary>Reads the context that a record's producer sent along. Null if its headers hold none.</summary>
    public static TraceContext? Of(ConsumedRecord record) => TraceHeaders.Of(record)?.Read();

    /// <summary>The contexts that records' producers sent along, each once, in the order of the records.</summary>
    public static List<TraceContext> Of(IReadOnlyList<ConsumedRecord> records)
    {
        // A producer writes many records of a batch, with one context: it is read once, and of the others only the bytes are compared.
        var contexts = new List<TraceContext>();
        var seen = new HashSet<TraceHeaders>();
        for (var i = 0; i < records.Count; i++)
        {
            if (TraceHeaders.Of(records[i]) is { } headers && seen.Add(headers) && headers.Read() is { } context)
            {
                contexts.Add(context);
            }
        }

        return contexts;
    }

    /// <summary>Adds the context to a record's headers.</summary>
    public void AddTo(Headers headers)
    {
        headers.Add(ParentHeader, Encoding.ASCII.GetBytes(Parent));
        if (State is not null)
        {
            headers.Add(StateHeader, Encoding.ASCII.GetBytes(State));
        }
    }

    /// <summary>The context as a parent, or as the target of a link.</summary>
    public ActivityContext ToRemote() => ActivityContext.TryParse(Parent, State, isRemote: true, out var context) ? context : default;

    // The headers of a context as they came, compared by their bytes.
    private readonly struct TraceHeaders(byte[] parent, byte[]? state) : IEquatable<TraceHeaders>
    {
        public static TraceHeaders? Of(ConsumedRecord record)
        {
            return record.LastHeader(ParentHeader) is { Length: >= ShortestParent and <= LongestParent } parent
                ? new TraceHeaders(parent, record.LastHeader(StateHeader) is { Length: <= LongestState } state ? state : null)
                : null;
        }

        private byte[] Parent => parent;

        private byte[]? State => state;

        public TraceContext? Read() =>
            TraceContext.Of(Encoding.Latin1.GetString(parent), state is null ? null : Encoding.Latin1.GetString(state));

        public bool Equals(TraceHeaders other) =>
            parent.AsSpan().SequenceEqual(other.Parent) && state.AsSpan().SequenceEqual(other.State);

        public override bool Equals(object? obj) => obj is TraceHeaders other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.AddBytes(parent);
            hash.AddBytes(state);
            return hash.ToHashCode();
        }
    }
}
