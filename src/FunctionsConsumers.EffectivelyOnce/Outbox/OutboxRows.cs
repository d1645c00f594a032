using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// How messages are stored in their group's table. A head row <c>outbox!&lt;id&gt;</c> holds one message, or several of one kind
/// under the id of the first. An owner claims it by its ETag. A large message has further rows <c>outbox!&lt;id&gt;!01</c> … The
/// rows of a message are inserted, and deleted, in one transaction.
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
    /// The column with the policy for doubt, <see cref="InDoubtPolicy" /> by name. The first owner that claims the message writes
    /// it, and later owners keep to it. It is not there before the first claim.
    /// </summary>
    public const string Policy = "InDoubt";

    /// <summary>
    /// The column with the id of a claim under which a send may have begun whose outcome is not known. It is empty or not there
    /// if there is no such claim. An owner that knows that nothing was taken under its own claim empties it again.
    /// </summary>
    public const string Doubt = "Doubt";

    /// <summary>The column that is there if a person had a message sent again that may have been sent before.</summary>
    public const string Tried = "MayHaveBeenSent";

    /// <summary>
    /// The column that says in one line why a message still waits or is parked. On a row of several messages it has one line for
    /// all. If their reasons differ, it has one line for each, in their order.
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
    /// The column with the W3C trace context of the transaction that committed the message. The owner that sends it, on any host,
    /// goes on with that trace. The column is not there if nothing was traced. Nothing but the trace depends on it: a host of an
    /// older version ignores it, or leaves it out when it makes new rows of what is left of a shared row.
    /// </summary>
    public const string TraceParent = "TraceParent";

    /// <summary>The column with what tracing systems add to the context; not there where they add nothing.</summary>
    public const string TraceState = "TraceState";

    private const string Parts = "Parts";

    private const int LongestDetail = 1000;

    // Together they stay within a column of 64 KiB of UTF-16.
    private const int LongestDetails = 30_000;

    /// <summary>
    /// The inserts of a parcel. <paramref name="detail" /> is null for one that was never tried. <paramref name="policy" /> is null
    /// where no owner has claimed it yet.
    /// </summary>
    public static IReadOnlyList<RowOperation> Inserts(
        Parcel parcel, string state = Waiting, string? detail = null, InDoubtPolicy? policy = null, string? doubt = null)
    {
        ArgumentNullException.ThrowIfNull(parcel);
        var first = parcel.Messages[0];
        var payload = parcel.Messages.Count == 1 ? first.Payload : PackedMessages.Write(parcel.Messages);
        var parts = PayloadColumns.FurtherRowsOf(payload);
        var inserts = new List<RowOperation>(parts + 1);
        for (var part = 0; part <= parts; part++)
        {
            var columns = part == 0 ? Head(parcel, state, detail, policy, doubt) : new Columns(PayloadColumns.OfARow);
            PayloadColumns.Add(columns, payload, part);
            inserts.Add(RowOperation.Insert(RowKeyOf(parcel.Id, part), columns));
        }

        return inserts;
    }

    /// <summary>
    /// The details of the messages of a row, cut so that they fit its column. A message that was not tried has none. Null if none was
    /// tried.
    /// </summary>
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

    /// <summary>The detail of one message of a row. Null if it was never tried.</summary>
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
    /// How many rows, and at most how many bytes of a request, the inserts of a message take that has its rows to itself. They are
    /// not made for that, because its payload may be megabytes.
    /// </summary>
    public static (int Rows, long RequestBytes) Measure(OutboxMessage message)
    {
        var parts = PayloadColumns.FurtherRowsOf(message.Payload);
        var bytes = PayloadColumns.RequestBytes(message.Payload) + TransactionLimits.RequestBytes(
            RowOperation.Insert(RowKeyOf(message.Id), Head(new Parcel(message.Kind, [message]), Waiting, null, null, null)));
        for (var part = 1; part <= parts; part++)
        {
            bytes += TransactionLimits.RequestBytes(RowOperation.Insert(RowKeyOf(message.Id, part), new Columns(0)));
        }

        return (1 + parts, bytes);
    }

    /// <summary>The row key of a parcel's head row.</summary>
    public static string RowKeyOf(string id) => Prefix + id;

    /// <summary>The id of the message of a head row, or of the first of several.</summary>
    public static string IdOf(Row head) => head.RowKey[Prefix.Length..];

    /// <summary>Whether a row of the outbox is a head row. Returns false for the further rows of a large payload.</summary>
    public static bool IsHead(Row row) => row.RowKey.IndexOf('!', Prefix.Length) < 0;

    /// <summary>How many messages stand in a head row.</summary>
    /// <exception cref="InvalidDataException">The row is in a format that is not known.</exception>
    public static int CountOf(Row head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return Small(head, Messages, absent: 1, ParcelPacker.MaxMessages);
    }

    /// <summary>What a head row says is done in doubt. Null if no owner that writes it down has claimed the row yet.</summary>
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
    public static bool IsInDoubt(Row head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return head.Text(Doubt) is { Length: > 0 };
    }

    /// <summary>
    /// The messages of a row, as far as the row itself holds them: of a large message the part of its payload in further rows is
    /// missing. <paramref name="row" /> is a row of the outbox, with all its columns.
    /// </summary>
    /// <exception cref="InvalidDataException">Several messages are in a format that is not known.</exception>
    internal static IReadOnlyList<OutboxMessage> MessagesOf(string group, Row row) => IsHead(row) ? MessagesOf(group, row, []) : [];

    /// <summary>The row keys of a message's further rows. Returns none for a payload that fits the head row.</summary>
    /// <exception cref="InvalidDataException">The row is in a format that is not known.</exception>
    public static IReadOnlyList<string> FurtherRows(Row head) =>
        FurtherRows(IdOf(head), Small(head, Parts, absent: 0, PayloadColumns.MostFurtherRows));

    /// <summary>
    /// The row keys of a parcel's further rows. Returns none for a payload that fits the head row, and for several messages.
    /// </summary>
    public static IReadOnlyList<string> FurtherRows(Parcel parcel)
    {
        ArgumentNullException.ThrowIfNull(parcel);
        return parcel.Messages.Count > 1 ? [] : FurtherRows(parcel.Id, PayloadColumns.FurtherRowsOf(parcel.Messages[0].Payload));
    }

    /// <summary>Puts a parcel together again.</summary>
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
            PayloadColumns.Append(payload, row);
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
            columns.Add(Parts, PayloadColumns.FurtherRowsOf(parcel.Messages[0].Payload));
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

    private static IReadOnlyList<string> FurtherRows(string id, int parts) =>
        parts == 0 ? [] : [.. Enumerable.Range(1, parts).Select(part => RowKeyOf(id, part))];

    private static string RowKeyOf(string id, int part) =>
        part == 0 ? Prefix + id : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{id}!{part:D2}");
}
