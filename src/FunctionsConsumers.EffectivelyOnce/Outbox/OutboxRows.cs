using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// How messages stand in their group's table: a head row <c>outbox!&lt;id&gt;</c>, whose ETag is what is claimed, with one
/// message or, under the id of the first, several of one kind; for a large message further rows
/// <c>outbox!&lt;id&gt;!01</c> … What stands together is inserted, and taken away, in one transaction.
/// </summary>
internal static class OutboxRows
{
    /// <summary>What every row key of the outbox begins with.</summary>
    public const string Prefix = "outbox!";

    /// <summary>The head row's column with the message's state.</summary>
    public const string State = "State";

    /// <summary>Never tried, or certainly not taken: anyone may claim it.</summary>
    public const string Waiting = "waiting";

    /// <summary>Claimed by an owner, which may be sending it.</summary>
    public const string Claimed = "claimed";

    /// <summary>In doubt or refused, and left for a person.</summary>
    public const string Parked = "parked";

    /// <summary>The state that a tool shows of a row in a format that it does not know; no row says so of itself.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The column with the id of the process life that claimed the message.</summary>
    public const string Owner = "Owner";

    /// <summary>The column with the id of the claim itself.</summary>
    public const string Claim = "Claim";

    /// <summary>
    /// The column with the policy for doubt, <see cref="InDoubtPolicy" /> by name: that of the first owner that claimed the
    /// message, whatever a later one would do. Not there before the first claim.
    /// </summary>
    public const string Policy = "InDoubt";

    /// <summary>
    /// The column with the id of a claim under which a send may have begun whose outcome is not known; empty or not there
    /// where there is none. An owner that knows that nothing was taken under its own claim empties it again.
    /// </summary>
    public const string Doubt = "Doubt";

    /// <summary>The column that is there where a person had a message sent again that may have been sent before.</summary>
    public const string Tried = "MayHaveBeenSent";

    /// <summary>
    /// The column that says in one line why a message still waits or is parked. On a row of several messages it is one line for
    /// all, or where they differ one line for each, in their order.
    /// </summary>
    public const string Detail = "Detail";

    /// <summary>The column with the message's kind.</summary>
    public const string Kind = "Kind";

    /// <summary>The column with the subject of the message's event; not there on a row of several messages.</summary>
    public const string Subject = "Subject";

    /// <summary>The column with the number of messages in the row; not there where it is one.</summary>
    public const string Messages = "Messages";

    /// <summary>The column that says when the message, or the first of several, was planned.</summary>
    public const string CreatedAt = "CreatedAt";

    /// <summary>
    /// The column with the W3C trace context of the transaction that committed the message: whoever sends it, on whatever
    /// host, goes on with that trace. Not there where nothing was traced. Nothing but the trace depends on it; a host of a
    /// version before it leaves it alone, or leaves it out of the rows that it makes of what is left of a shared row.
    /// </summary>
    public const string TraceParent = "TraceParent";

    /// <summary>The column with what tracing systems add to the context; not there where they add nothing.</summary>
    public const string TraceState = "TraceState";

    private const string Parts = "Parts";

    // 15 columns of 64 KiB stay under the 1 MiB of an entity with room for the other columns.
    private const int ColumnBytes = TransactionLimits.MaxPropertyBytes;
    private const int ColumnsOfARow = 15;

    private static readonly string[] PayloadColumns =
        [.. Enumerable.Range(0, ColumnsOfARow).Select(column => string.Create(CultureInfo.InvariantCulture, $"Payload{column:D2}"))];

    private const int LongestDetail = 1000;

    // Together they stay within a column of 64 KiB of UTF-16.
    private const int LongestDetails = 30_000;

    // More would not fit the transaction that inserts them.
    private const int MaxParts = TransactionLimits.MaxRows - 1;

    /// <summary>The most bytes of payload in one row.</summary>
    internal const int RowBytes = ColumnBytes * ColumnsOfARow;

    /// <summary>The inserts of a parcel.</summary>
    /// <param name="parcel">The parcel.</param>
    /// <param name="state">The state it begins in.</param>
    /// <param name="detail">Why it is in that state; null for one that was never tried.</param>
    /// <param name="policy">What is done with it in doubt; null where no owner has claimed it yet.</param>
    /// <param name="doubt">The claim under which it came in doubt; null where it is not.</param>
    /// <returns>The head row first.</returns>
    public static IReadOnlyList<RowOperation> Inserts(
        Parcel parcel, string state = Waiting, string? detail = null, InDoubtPolicy? policy = null, string? doubt = null)
    {
        ArgumentNullException.ThrowIfNull(parcel);
        var first = parcel.Messages[0];
        var payload = parcel.Messages.Count == 1 ? first.Payload : PackedMessages.Write(parcel.Messages);
        var parts = PartsOf(payload);
        var inserts = new List<RowOperation>(parts + 1);
        for (var part = 0; part <= parts; part++)
        {
            var columns = part == 0 ? Head(parcel, state, detail, policy, doubt) : new Columns(ColumnsOfARow);
            var end = Math.Min(payload.Length, (part + 1) * RowBytes);
            for (int start = part * RowBytes, column = 0; start < end; start += ColumnBytes, column++)
            {
                columns.Add(PayloadColumn(column),
                    start == 0 && payload.Length <= ColumnBytes ? payload : payload[start..Math.Min(end, start + ColumnBytes)]);
            }

            inserts.Add(RowOperation.Insert(RowKeyOf(parcel.Id, part), columns));
        }

        return inserts;
    }

    /// <summary>The details of the messages of a row, as they fit its column.</summary>
    /// <param name="details">One for each message; null for one that was not tried.</param>
    /// <returns>Null where none was tried.</returns>
    internal static string? Details(IReadOnlyList<string?> details)
    {
        if (details.All(detail => detail is null))
        {
            return null;
        }

        return details.Distinct(StringComparer.Ordinal).Count() == 1
            ? Line(details[0], LongestDetail)
            : string.Join('\n', details.Select(detail => Line(detail, LongestDetails / details.Count)));
    }

    /// <summary>The detail of one message of a row.</summary>
    /// <param name="head">The head row.</param>
    /// <param name="index">Which message.</param>
    /// <returns>Null where it was never tried.</returns>
    internal static string? DetailOf(Row head, int index)
    {
        var lines = (head.Text(Detail) ?? "").Split('\n');
        return (lines.Length == 1 ? lines[0] : lines.ElementAtOrDefault(index)) is { Length: > 0 } detail ? detail : null;
    }

    private static string Line(string? detail, int most)
    {
        var line = (detail ?? "").ReplaceLineEndings(" ");
        return line.Length <= most ? line : line[..most];
    }

    /// <summary>
    /// What the inserts of a message that has its rows to itself take, without making them: its payload may be megabytes.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <returns>The rows, and their bytes in a request, at most.</returns>
    public static (int Rows, long RequestBytes) Measure(OutboxMessage message)
    {
        var parts = PartsOf(message.Payload);
        var bytes = TransactionLimits.RequestBytes(
            RowOperation.Insert(RowKeyOf(message.Id), Head(new Parcel(message.Kind, [message]), Waiting, null, null, null)));
        for (var part = 1; part <= parts; part++)
        {
            bytes += TransactionLimits.RequestBytes(RowOperation.Insert(RowKeyOf(message.Id, part), new Columns(0)));
        }

        for (int start = 0, column = 0; start < message.Payload.Length; start += ColumnBytes, column++)
        {
            bytes += TransactionLimits.RequestBytes(
                PayloadColumn(column % ColumnsOfARow), Math.Min(ColumnBytes, message.Payload.Length - start));
        }

        return (1 + parts, bytes);
    }

    /// <summary>The row key of a parcel's head row.</summary>
    /// <param name="id">The id of its first message.</param>
    /// <returns>The row key.</returns>
    public static string RowKeyOf(string id) => Prefix + id;

    /// <summary>The id of the message of a head row, or of the first of several.</summary>
    /// <param name="head">The head row.</param>
    /// <returns>The message's id.</returns>
    public static string IdOf(Row head) => head.RowKey[Prefix.Length..];

    /// <summary>Whether a row of the outbox is a head row.</summary>
    /// <param name="row">A row of the outbox.</param>
    /// <returns>False for the further rows of a large payload.</returns>
    public static bool IsHead(Row row) => row.RowKey.IndexOf('!', Prefix.Length) < 0;

    /// <summary>How many messages stand in a head row.</summary>
    /// <param name="head">The head row.</param>
    /// <returns>At least one.</returns>
    /// <exception cref="InvalidDataException">The row is in a format that is not known.</exception>
    public static int CountOf(Row head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return Small(head, Messages, absent: 1, ParcelPacker.MaxMessages);
    }

    /// <summary>What a head row says is done in doubt.</summary>
    /// <param name="head">The head row.</param>
    /// <returns>The policy; null where no owner that writes it down has claimed the row yet.</returns>
    /// <exception cref="InvalidDataException">The row names a policy that is not known.</exception>
    public static InDoubtPolicy? PolicyOf(Row head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return head.Text(Policy) switch
        {
            null => null,
            nameof(InDoubtPolicy.Resend) => InDoubtPolicy.Resend,
            nameof(InDoubtPolicy.Park) => InDoubtPolicy.Park,
            var another => throw new InvalidDataException(
                $"Row '{head.RowKey}' of the outbox has the policy '{another}', which this version does not know."),
        };
    }

    /// <summary>Whether a head row says that a send of its messages may have been taken.</summary>
    /// <param name="head">The head row.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsInDoubt(Row head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return head.Text(Doubt) is { Length: > 0 };
    }

    /// <summary>The messages of a row, as far as the row itself tells of them.</summary>
    /// <param name="group">The consumer group.</param>
    /// <param name="row">A row of the outbox, with all its columns.</param>
    /// <returns>None for a further row; a large message without the part of its payload that stands in further rows.</returns>
    /// <exception cref="InvalidDataException">Several messages are in a format that is not known.</exception>
    internal static IReadOnlyList<OutboxMessage> MessagesOf(string group, Row row) => IsHead(row) ? MessagesOf(group, row, []) : [];

    /// <summary>The row keys of a message's further rows.</summary>
    /// <param name="head">The head row.</param>
    /// <returns>Empty for a payload that fits the head row.</returns>
    /// <exception cref="InvalidDataException">The row is in a format that is not known.</exception>
    public static IReadOnlyList<string> FurtherRows(Row head) => FurtherRows(IdOf(head), Small(head, Parts, absent: 0, MaxParts));

    /// <summary>The row keys of a parcel's further rows.</summary>
    /// <param name="parcel">The parcel.</param>
    /// <returns>Empty for a payload that fits the head row, and for several messages.</returns>
    public static IReadOnlyList<string> FurtherRows(Parcel parcel)
    {
        ArgumentNullException.ThrowIfNull(parcel);
        return parcel.Messages.Count > 1 ? [] : FurtherRows(parcel.Id, PartsOf(parcel.Messages[0].Payload));
    }

    /// <summary>Puts a parcel together again.</summary>
    /// <param name="group">The consumer group.</param>
    /// <param name="head">The head row, with all its columns.</param>
    /// <param name="further">The further rows, by row key.</param>
    /// <returns>The parcel.</returns>
    /// <exception cref="InvalidDataException">A further row is missing, or several messages are in a format that is not known.</exception>
    public static Parcel Read(string group, Row head, IReadOnlyDictionary<string, Row> further)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(further);
        var rows = FurtherRows(head).Select(rowKey => further.TryGetValue(rowKey, out var row)
            ? row
            : throw new InvalidDataException($"Row '{rowKey}' of a message in the outbox of '{group}' is missing."));
        return new Parcel(head.Text(Kind) ?? "", MessagesOf(group, head, rows))
        {
            Trace = TraceContext.Of(head.Text(TraceParent), head.Text(TraceState)),
        };
    }

    private static IReadOnlyList<OutboxMessage> MessagesOf(string group, Row head, IEnumerable<Row> further)
    {
        using var payload = new MemoryStream();
        foreach (var row in further.Prepend(head))
        {
            Append(payload, row);
        }

        var kind = head.Text(Kind) ?? "";
        return CountOf(head) > 1
            ? PackedMessages.Read(payload.ToArray(), kind, group)
            : [new OutboxMessage(
                IdOf(head),
                kind,
                group,
                head.Text(Subject) ?? "",
                payload.ToArray(),
                head.Columns.TryGetValue(CreatedAt, out var created) && created is DateTimeOffset at ? at : default)
            {
                MayHaveBeenSent = head.Columns.ContainsKey(Tried),
            }];
    }

    private static Columns Head(Parcel parcel, string state, string? detail, InDoubtPolicy? policy, string? doubt)
    {
        var columns = new Columns(10) { { State, state }, { Kind, parcel.Kind }, { CreatedAt, parcel.Messages[0].CreatedAt } };
        if (parcel.Messages.Count == 1)
        {
            columns.Add(Subject, parcel.Messages[0].Subject);
            columns.Add(Parts, PartsOf(parcel.Messages[0].Payload));
        }
        else
        {
            columns.Add(Messages, parcel.Messages.Count);
        }

        if (detail is not null)
        {
            columns.Add(Detail, detail);
        }

        if (parcel.Trace is { } trace)
        {
            columns.Add(TraceParent, trace.Parent);
            if (trace.State is { } traceState)
            {
                columns.Add(TraceState, traceState);
            }
        }

        if (policy is { } inDoubt)
        {
            columns.Add(Policy, inDoubt.ToString());
            columns.Add(Doubt, doubt ?? "");
        }

        return columns;
    }

    private static int Small(Row head, string column, int absent, int most)
    {
        if (!head.Columns.TryGetValue(column, out var value))
        {
            return absent;
        }

        return head.Number(column) is { } number && number >= absent && number <= most
            ? (int)number
            : throw new InvalidDataException(
                $"Column {column} of row '{head.RowKey}' of the outbox is '{value}', which this version cannot read.");
    }

    private static int PartsOf(byte[] payload) => Math.Max(0, (payload.Length - 1) / RowBytes);

    private static IReadOnlyList<string> FurtherRows(string id, int parts) =>
        parts == 0 ? [] : [.. Enumerable.Range(1, parts).Select(part => RowKeyOf(id, part))];

    private static string RowKeyOf(string id, int part) =>
        part == 0 ? Prefix + id : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{id}!{part:D2}");

    private static string PayloadColumn(int column) => PayloadColumns[column];

    private static void Append(MemoryStream payload, Row row)
    {
        for (var column = 0; column < ColumnsOfARow && row.Columns.TryGetValue(PayloadColumn(column), out var value); column++)
        {
            payload.Write(value as byte[]
                ?? throw new InvalidDataException($"Column {PayloadColumn(column)} of row '{row.RowKey}' of the outbox holds no bytes."));
        }
    }
}
