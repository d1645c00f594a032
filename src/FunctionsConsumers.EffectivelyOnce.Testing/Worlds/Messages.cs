using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
using System.Text;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// Watches the messages that leave: each planned one goes at least once, and a second time only where the first send is
/// in doubt and its kind is sent again; nobody sends without a claim, and no claim is taken over before its lease is over.
/// </summary>
internal sealed class Messages(World world)
{
    private readonly Dictionary<string, Tracked> _byId = new(StringComparer.Ordinal);

    // The messages that stand in each head row.
    private readonly Dictionary<string, List<Tracked>> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<SendOperation, Tracked> _bySend = [];
    private int _claims;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public bool IsSettled => _byId.Values.All(message => message.State is null or OutboxRows.Parked);

    public string State => string.Join(' ', _byId.Values
        .Select(message => $"{message.Name} {message.State} {message.Received} {message.Claim?.At.Ticks} "
            + string.Concat(message.Sends.Select(send => $"{send.Send.Told}{send.Claim.At.Ticks}")))
        .Order(StringComparer.Ordinal));

    public void OnCommitted(Commit commit, List<PlannedMessageSpec> planned)
    {
        var operations = commit.Request.Operations;
        List<RowOperation> heads = [.. operations.Where(operation =>
            operation.RowKey.StartsWith(OutboxRows.Prefix, StringComparison.Ordinal)
                && operation.RowKey.LastIndexOf('!') < OutboxRows.Prefix.Length)];

        // What a transaction takes out of one row it may put into others: only then is it clear what became of a message.
        Dictionary<Tracked, string> taken = [];
        foreach (var head in heads.Where(head => head.Kind is RowOperationKind.Delete or RowOperationKind.Replace))
        {
            if (_rows.Remove(head.RowKey, out var messages))
            {
                messages.ForEach(message => taken.Add(message, head.RowKey));
            }
        }

        foreach (var head in heads)
        {
            switch (head.Kind)
            {
                case RowOperationKind.Insert or RowOperationKind.Replace:
                    OnPut(commit, head, taken, planned);
                    break;
                case RowOperationKind.Merge:
                    foreach (var message in _rows.GetValueOrDefault(head.RowKey, []))
                    {
                        OnMoved(commit, head.Columns.GetValueOrDefault(OutboxRows.State) as string, message);
                    }

                    break;
            }
        }

        foreach (var message in taken.Keys)
        {
            OnMoved(commit, null, message);
        }

        // Of a letter that stands in the outbox still, no second one has to come.
        planned.RemoveAll(letter => letter.IsAgain
            && _byId.Values.Any(message => message.Letter == letter.Letter && message.State is not null));
        if (planned.Count > 0)
        {
            world.Fail($"{commit.Request.Sender} committed an effect without its message {planned[0].Name}");
        }

        foreach (var rowKey in operations.Where(operation => operation.Kind == RowOperationKind.Delete)
            .Select(operation => operation.RowKey))
        {
            if (world.Table.Rows(commit.Request.PartitionKey).Keys.Any(row => row.StartsWith(rowKey + "!", StringComparison.Ordinal)))
            {
                world.Fail($"{rowKey} was deleted without its further rows");
            }
        }
    }

    public void OnSendBegins(SendOperation send)
    {
        if (!_byId.TryGetValue(send.Message.Id, out var message) || message.State is null)
        {
            world.Fail($"{send.Life.Name} sends {send.Message.Id}, of which there is no row");
            return;
        }

        var now = world.Clock.Now;
        if (message.State != OutboxRows.Claimed || message.Claim is not { } claim || claim.Life != send.Life.Name)
        {
            world.Fail($"{send.Life.Name} sends '{message.Name}' without having claimed it");
            return;
        }

        if (send.End > claim.At + (world.Setting.Lease / 2))
        {
            world.Fail($"{send.Life.Name} sends '{message.Name}' for longer than half its lease");
        }

        if (!IsContent(send.Message, message))
        {
            world.Fail($"{send.Life.Name} sends something else as '{message.Name}'");
        }

        foreach (var (earlier, under) in message.Sends)
        {
            var takenOver = under != claim && now - under.At >= world.Setting.Lease;
            var resent = !message.Parks;
            var may = earlier.Told switch
            {
                SendStatus.NotSent => true,
                SendStatus.Unknown => resent,
                _ => resent && takenOver,
            };
            if (!may)
            {
                world.Fail($"{send.Life.Name} sends '{message.Name}' once more, and the outcome of the send before was "
                    + $"{earlier.Told?.ToString() ?? "open"}");
            }
        }

        if (message.Sends.Exists(earlier => earlier.Send.Told != SendStatus.NotSent))
        {
            world.Happenings.On(Happening.MessageResentInDoubt);
        }

        message.Sends.Add((send, claim));
        _bySend.Add(send, message);
    }

    /// <summary>A life that ends cleanly has settled what it sent: left behind, it would be sent again though nobody died.</summary>
    public void OnEnded(Life life)
    {
        foreach (var message in _byId.Values)
        {
            if (message.State == OutboxRows.Claimed
                && message.Claim?.Life == life.Name
                && message.Sends is [.., var last]
                && last.Claim == message.Claim
                && last.Send.Told == SendStatus.Sent)
            {
                world.Fail($"{life.Name} stops, has sent '{message.Name}' and leaves its row behind");
            }
        }
    }

    public void OnReceived(SendOperation send)
    {
        // What is sent against the rules was told of when the send began.
        if (!_bySend.TryGetValue(send, out var message))
        {
            return;
        }

        message.Received++;
        if (message.Received > 1 && message.Parks)
        {
            world.Fail($"'{message.Name}' of a kind that is never sent again in doubt was received twice");
        }
    }

    public void OnSettled()
    {
        foreach (var message in _byId.Values)
        {
            if (message.State is null && message.Received == 0)
            {
                world.Fail($"'{message.Name}' was never received, and its row is gone");
            }
        }
    }

    /// <summary>Whether a message of a subject still stands in the outbox.</summary>
    public bool IsWaiting(string subject) => _byId.Values.Any(message => message.Subject == subject && message.State is not null);

    /// <summary>A subject's key was forgotten: should it come again, its messages do, too.</summary>
    public void OnForgotten(string subject)
    {
        foreach (var (id, message) in _byId.Where(message => message.Value.Subject == subject).ToArray())
        {
            _byId.Remove(id);
            _names.Remove(message.Name);
            if (message.Received == 0)
            {
                world.Fail($"'{message.Name}' was never received, and its row is gone");
            }
        }
    }

    private void OnPut(Commit commit, RowOperation head, Dictionary<Tracked, string> taken, List<PlannedMessageSpec> planned)
    {
        var state = (string)head.Columns[OutboxRows.State];
        List<Tracked> messages = [];
        foreach (var row in MessageRow.Of(head))
        {
            if (_byId.TryGetValue(row.Id, out var message) && message.State is null
                && planned.Exists(letter => letter.IsAgain && letter.Letter == message.Letter))
            {
                _byId.Remove(row.Id);
                message = null;
            }

            if (message is null)
            {
                message = OnPlanned(row, planned);
            }
            else if (taken.Remove(message, out var before))
            {
                OnMoved(commit, state, message);
                if (string.CompareOrdinal(head.RowKey, before) < 0)
                {
                    world.Fail($"'{message.Name}' moved down from {before} to {head.RowKey}: who scans upwards may miss it");
                }
            }
            else
            {
                world.Fail($"'{message.Name}' came to the outbox twice");
            }

            if (message is not null)
            {
                messages.Add(message);
                if (message.State != state)
                {
                    world.Fail($"'{message.Name}' came to the outbox as {state}");
                }
            }
        }

        if (!_rows.TryAdd(head.RowKey, messages))
        {
            world.Fail($"{head.RowKey} was put over other messages");
        }
    }

    private Tracked? OnPlanned(MessageRow row, List<PlannedMessageSpec> planned)
    {
        var index = planned.FindIndex(message => message.Kind == row.Kind
            && (message.Letter is { } letter ? letter.Record.Coordinates.ToString() == row.Subject : row.IsOf(message.Payload!)));
        if (index < 0)
        {
            world.Fail($"a message '{row.Subject}' of kind {row.Kind} came without its effect");
            return null;
        }

        var message = new Tracked(planned[index].Name, row.Subject, row.Kind, planned[index].Payload, planned[index].Letter);
        if (!_names.Add(message.Name) || !_byId.TryAdd(row.Id, message))
        {
            world.Fail($"'{message.Name}' came to the outbox twice, or under the id of another message");
        }

        planned.RemoveAt(index);
        return message;
    }

    private void OnMoved(Commit commit, string? next, Tracked message)
    {
        var sender = commit.Request.Sender;
        var overdue = message.Claim is { } old && world.Clock.Now - old.At >= world.Setting.Lease;
        var own = message.Claim?.Life == sender;
        var send = message.Sends.Where(send => send.Claim == message.Claim).Select(send => send.Send).LastOrDefault();
        var told = send?.Told;
        if (next == OutboxRows.Claimed && message.Claim is null && !message.IsClaimedBefore)
        {
            // The first owner's policy stays with the message, whatever another version or another setting would do.
            message.IsClaimedBefore = true;
            message.Parks = world.LivesByName[sender].Parks(message.Kind);
        }

        var park = message.Parks;
        if (next != message.State && !world.LivesByName[sender].Sends(message.Kind))
        {
            world.Fail($"{sender} moves '{message.Name}', and has no sender for it");
        }

        var may = (message.State, next) switch
        {
            (OutboxRows.Waiting, OutboxRows.Claimed) => true,
            (OutboxRows.Claimed, OutboxRows.Claimed) => overdue && !park,
            (OutboxRows.Claimed, OutboxRows.Waiting) =>
                own && (send is null || told == SendStatus.NotSent || (told == SendStatus.Unknown && !park)),
            (OutboxRows.Claimed, OutboxRows.Parked) =>
                (own && (told == SendStatus.Refused || (told == SendStatus.Unknown && park))) || (overdue && park),
            (OutboxRows.Claimed, null) => own && told == SendStatus.Sent,
            _ => false,
        };
        if (!may)
        {
            world.Fail($"{sender} moves '{message.Name}' from {message.State} of {message.Claim?.Life} to {next ?? "deleted"}, "
                + $"having been told {told?.ToString() ?? "nothing"}");
        }

        message.State = next;
        message.Claim = next == OutboxRows.Claimed ? new Claim(sender, world.Clock.Now, ++_claims) : null;
    }

    private static bool IsContent(OutboxMessage sent, Tracked message)
    {
        if (message.Payload is { } payload)
        {
            return sent.Kind == message.Kind && sent.Payload.AsSpan().SequenceEqual(payload);
        }

        var letter = DeadLetter.FromPayload(sent.Payload);
        var record = message.Letter!.Record;
        return letter.Record.Coordinates == record.Coordinates && letter.Record.Value.AsSpan().SequenceEqual(record.Value)
            && (letter.OmittedHeaders is not null
                ? record.Headers.Any(header => header.Value?.Length > 1_000_000)
                : letter.Record.Headers.Select(header => header.Name).SequenceEqual(record.Headers.Select(header => header.Name)));
    }

    private sealed class Tracked(string name, string subject, string kind, byte[]? payload, LoggedRecord? letter)
    {
        public string Name => name;

        public string Subject => subject;

        public string Kind => kind;

        public byte[]? Payload => payload;

        public LoggedRecord? Letter => letter;

        /// <summary>The row's state; null when it is gone.</summary>
        public string? State { get; set; } = OutboxRows.Waiting;

        public Claim? Claim { get; set; }

        public bool IsClaimedBefore { get; set; }

        /// <summary>Whether it is left to a person when it is in doubt.</summary>
        public bool Parks { get; set; }

        public List<(SendOperation Send, Claim Claim)> Sends { get; } = [];

        public int Received { get; set; }
    }

    private sealed record Claim(string Life, TimeSpan At, int Number);
}
