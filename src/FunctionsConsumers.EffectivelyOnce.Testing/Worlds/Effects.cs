using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>Watches the rows of effects, keys, counters and dead letters.</summary>
internal sealed partial class Effects(World world)
{
    private readonly Dictionary<string, Applied> _applied = new(StringComparer.Ordinal);
    private readonly Dictionary<LoggedRecord, string> _dead = new(ReferenceEqualityComparer.Instance);

    // Whose dead letters' rows stand at the coordinates now, and whose were replaced, by a record of another topic of that name.
    private readonly Dictionary<string, LoggedRecord> _deadRows = new(StringComparer.Ordinal);
    private readonly HashSet<LoggedRecord> _replaced = new(ReferenceEqualityComparer.Instance);

    // Subjects whose keys were forgotten; their effects stay.
    private readonly List<Applied> _forgotten = [];
    private readonly HashSet<string> _forgottenSubjects = new(StringComparer.Ordinal);

    // What success was reported for, and what the broker dropped before.
    private readonly HashSet<LoggedRecord> _handled = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<LoggedRecord> _dropped = new(ReferenceEqualityComparer.Instance);

    // The plans of what the last transaction applied, and the sums that each counter has to show.
    private readonly List<Plan> _now = [];
    private int _deadLetters;
    private readonly Dictionary<(string Bucket, string RowKey), Dictionary<string, long>> _sums = [];
    private readonly Dictionary<string, string> _subjects = new(StringComparer.Ordinal);

    /// <summary>Whether every record that is the group's, and that the broker did not drop, has its effect or its dead letter.</summary>
    public bool IsEverythingSettled => Records().All(IsSettled);

    private string SubjectKind => world.Consumer.EffectKind ?? "key";

    /// <summary>Judges each operation of a transaction on these rows.</summary>
    /// <returns>The messages the transaction must hold, and no others.</returns>
    public List<PlannedMessageSpec> OnCommitted(Commit commit, int number, DeliveryStart start, Messages messages)
    {
        _now.Clear();
        List<PlannedMessageSpec> planned = [];
        for (var i = 0; i < commit.Request.Operations.Count; i++)
        {
            var operation = commit.Request.Operations[i];
            var kind = KindOf(operation.RowKey);
            switch (kind, operation.Kind)
            {
                case (_, RowOperationKind.Insert) when kind == SubjectKind:
                    OnApplied(commit, operation, number, start, planned);
                    break;
                case ("dead", RowOperationKind.Insert):
                case ("dead", RowOperationKind.Replace)
                    when _deadRows.GetValueOrDefault(operation.RowKey) is { } old && old != RecordOf(operation, start):
                    OnDeadLettered(operation, start, planned);
                    break;
                case ("key", RowOperationKind.Delete) when kind == SubjectKind:
                    OnKeyForgotten(commit.Request.Sender, operation, commit.Before[i]!, messages);
                    break;
                case ("dead", RowOperationKind.Delete):
                    OnDeadForgotten(commit.Request.Sender, operation, commit.Before[i]!, messages);
                    break;
                case ("key", RowOperationKind.Merge) when kind == SubjectKind
                    && operation.Columns.Keys.All(column => column is "ProlongedAt" or "SeenAt"):
                case ("outbox", _):
                case (_, RowOperationKind.Insert or RowOperationKind.Merge) when kind is not ("key" or "dead") && kind != SubjectKind:
                    break;
                default:
                    world.Fail($"{commit.Request.Sender}: {operation.Kind} of {operation.RowKey}");
                    break;
            }
        }

        return planned;
    }

    /// <summary>
    /// Holds a transaction to the plans of what it applied: no key without its effect, no effect without its key, counters equal to
    /// the sum of the effects.
    /// </summary>
    public void Check(Commit commit)
    {
        var bucket = commit.Request.PartitionKey;
        var rows = world.Table.Rows(bucket);
        var items = new Dictionary<string, RowInsert>(StringComparer.Ordinal);
        var counters = new HashSet<string>(StringComparer.Ordinal);
        foreach (var plan in _now)
        {
            foreach (var insert in plan.Inserts)
            {
                items[insert.RowKey] = insert;
            }

            foreach (var addition in plan.Additions)
            {
                counters.Add(addition.RowKey);
                var sums = SumsOf(bucket, addition.RowKey);
                sums[addition.Column] = sums.GetValueOrDefault(addition.Column) + addition.Amount;
            }
        }

        foreach (var operation in commit.Request.Operations.Where(
            operation => KindOf(operation.RowKey) is var kind && kind is not ("key" or "dead" or "outbox") && kind != SubjectKind))
        {
            if (_sums.ContainsKey((bucket, operation.RowKey)))
            {
                counters.Add(operation.RowKey);
            }
            else if (!items.Remove(operation.RowKey, out var insert)
                || operation.Kind != RowOperationKind.Insert
                || !Holds(operation.Columns, insert.Columns))
            {
                world.Fail($"{operation.RowKey} is there without its key");
            }
        }

        foreach (var counter in counters)
        {
            foreach (var (column, sum) in SumsOf(bucket, counter))
            {
                if ((rows.GetValueOrDefault(counter)?.Number(column) ?? 0) != sum)
                {
                    world.Fail(
                        $"{bucket} {counter} says {rows.GetValueOrDefault(counter)?.Number(column)} and the effects sum up to {sum}");
                }
            }
        }

        if (items.Count > 0)
        {
            world.Fail($"a key is there in {bucket} without its {string.Join(' ', items.Keys)}");
        }
    }

    /// <summary>Whether a record has its effect, or that of an equal one, or its dead letter.</summary>
    public bool IsSettled(LoggedRecord record) =>
        _dead.ContainsKey(record) || SameApplied(record) is not null || (_handled.Contains(record) && IsForgotten(record));

    /// <summary>
    /// Whether what is reported of a record agrees with its row, where that is not forgotten yet: its own effect, or its dead letter
    /// with its reason.
    /// </summary>
    public bool IsAsReported(LoggedRecord record, RecordOutcome outcome) => outcome.Result switch
    {
        RecordResult.Applied => record is { Subject: { } subject }
            && (!_applied.TryGetValue(subject, out var applied) || applied.Record == record),
        RecordResult.DeadLettered => !_dead.TryGetValue(record, out var reason) || reason == outcome.Reason,
        _ => outcome.Reason is null,
    };

    /// <summary>Success was reported for a record.</summary>
    public void OnHandled(LoggedRecord record) => _handled.Add(record);

    /// <summary>
    /// Whether the row of a subject, where it is nothing but a key and will be forgotten, says that a record it ruled on was
    /// seen: forgotten too early, it would let that record be applied when it is read again.
    /// </summary>
    public bool IsSeen(LoggedRecord record)
    {
        if (world.Consumer.EffectKind is not null
            || record.Subject is not { } subject
            || !_applied.TryGetValue(subject, out var applied)
            || applied.Record == record
            || _forgottenSubjects.Contains(subject)
            || !IsRuledByKey(record))
        {
            return true;
        }

        // The row's own place is one of them, whichever topic's record it was.
        var coordinates = record.Record.Coordinates;
        var seen = world.Table.Rows(applied.Bucket)[RowKey.OfSubject("key", subject)].Text("SeenAt") ?? "";
        return coordinates == applied.Record.Record.Coordinates || seen.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(place => place.Split(':'))
            .Any(place => place[1] == coordinates.Partition.ToString(CultureInfo.InvariantCulture)
                && long.Parse(place[2], CultureInfo.InvariantCulture) >= coordinates.Offset);
    }

    public void OnSettled()
    {
        foreach (var record in Records())
        {
            if (IsForgotten(record) && _handled.Contains(record))
            {
                continue;
            }

            var same = SameApplied(record) is not null;
            var dead = _dead.TryGetValue(record, out var reason);
            if (!world.Consumer.IsRightEnd(record, same, dead ? reason : null))
            {
                world.Fail($"{record.Described}: {(same ? "applied" : "not applied")}, "
                    + $"{(dead ? "dead-lettered as " + reason : "no dead letter")}");
            }
        }
    }

    // The records that are the group's to settle: from where it begins, less those that the broker dropped.
    private IEnumerable<LoggedRecord> Records() => world.Log.Partitions
        .SelectMany((records, partition) => records.Take(world.Log.End[partition]).Skip(world.Log.Begin[partition]))
        .Where(record => record.IsRecord && !_dropped.Contains(record));

    private Applied? SameApplied(LoggedRecord record) =>
        record.Subject is { } subject && _applied.TryGetValue(subject, out var applied) && applied.Record.Fingerprint == record.Fingerprint
            ? applied
            : null;

    private void OnApplied(Commit commit, RowOperation row, int number, DeliveryStart start, List<PlannedMessageSpec> planned)
    {
        if (RecordOf(row, start) is not { } record || record.Subject is not { } subject)
        {
            world.Fail($"{row.RowKey} names no record, or one that is no event");
            return;
        }

        var coordinates = record.Record.Coordinates;
        if (IsBelowTheBegin(record))
        {
            world.Fail($"{coordinates} was applied, and the group begins above it");
        }

        if (world.Consumer.HangsOnNothingElse(record) && _handled.Contains(record) && IsForgotten(record))
        {
            world.Fail($"{coordinates} is applied once more, after its key was forgotten");
        }

        if (!world.Consumer.MayBeApplied(record))
        {
            world.Fail($"{record.Described} was applied");
            return;
        }

        var plan = world.Consumer.PlanOf(record);
        if (row.RowKey != RowKey.OfSubject(SubjectKind, subject)
            || Text(row, "Key") != record.Key
            || Text(row, "Fingerprint") != record.Fingerprint
            || Text(row, "State") != "applied"
            || !Holds(row.Columns, plan.Effect))
        {
            world.Fail($"{row.RowKey} does not say what {coordinates} says");
        }

        _subjects[row.RowKey] = subject;
        if (!_applied.TryAdd(subject, new Applied(subject, record, commit.Request.PartitionKey, number)))
        {
            world.Fail($"{subject} has two effects, in {_applied[subject].Bucket} and {commit.Request.PartitionKey}");
        }

        _now.Add(plan);
        planned.AddRange(plan.Messages.Select((message, ordinal) =>
            new PlannedMessageSpec(string.Create(CultureInfo.InvariantCulture, $"{subject} {ordinal}"), message.Kind, message.Payload)));
    }

    private void OnDeadLettered(RowOperation row, DeliveryStart start, List<PlannedMessageSpec> planned)
    {
        if (RecordOf(row, start) is not { } record || row.RowKey != "dead!" + record.Record.Coordinates)
        {
            world.Fail($"{row.RowKey} names no record of its own");
            return;
        }

        if (IsBelowTheBegin(record))
        {
            world.Fail($"{record.Record.Coordinates} was dead-lettered, and the group begins above it");
        }

        var reason = Text(row, "Reason") ?? "";
        if (!ReasonsOf(record, start).Contains(reason)
            || Text(row, "State") != "dead-lettered"
            || Text(row, "Fingerprint") != record.Fingerprint
            || Text(row, "Key") != record.Record.Coordinates.ToString())
        {
            world.Fail($"{record.Described} is dead-lettered as '{reason}', and the reasons it may have are: "
                + $"{string.Join(' ', ReasonsOf(record, start))}");
        }

        if (_deadRows.TryGetValue(row.RowKey, out var before))
        {
            world.Happenings.On(Happening.DeadLetterReplaced);
            _replaced.Add(before);
        }

        _deadRows[row.RowKey] = record;
        var isAgain = _replaced.Remove(record);
        if (!_dead.TryAdd(record, reason) && !isAgain)
        {
            world.Fail($"{record.Record.Coordinates} is dead-lettered twice");
        }

        var name = record.Record.Coordinates
            + (record.Incarnation > 0 ? Invariant($" of topic {record.Incarnation}") : "")
            + (isAgain ? Invariant($" again {_deadLetters++}") : "");
        planned.Add(new PlannedMessageSpec(name, DeadLetter.Kind, null, record) { IsAgain = isAgain });
    }

    private List<string> ReasonsOf(LoggedRecord record, DeliveryStart start)
    {
        List<string> reasons = [];
        var row = record.Subject is { } subject && world.Consumer.IsJudgedByItsSubject(record)
            ? _applied.GetValueOrDefault(subject)
            : null;
        if (row is not null && row.Record.Fingerprint != record.Fingerprint)
        {
            reasons.Add(row.Record.Key == record.Key ? "key-reused" : world.Consumer.SubjectExistsReason);
        }

        reasons.AddRange(world.Consumer.ReasonsOf(record, row?.Record.Fingerprint == record.Fingerprint && row.Number <= start.Commits,
            row?.Number <= start.Commits, start.Reference));
        return reasons;
    }

    private Dictionary<string, long> SumsOf(string bucket, string rowKey) =>
        _sums.TryGetValue((bucket, rowKey), out var sums) ? sums : _sums[(bucket, rowKey)] = new(StringComparer.Ordinal);

    // One of the records of the delivery that writes it: another topic of that name has others at the same coordinates.
    private static LoggedRecord? RecordOf(RowOperation row, DeliveryStart start) =>
        row.Columns.GetValueOrDefault("Topic") is string topic
        && row.Columns.GetValueOrDefault("Partition") is int partition
        && row.Columns.GetValueOrDefault("Offset") is long offset
            ? start.Batch[new Coordinates(topic, partition, offset)].FirstOrDefault(record => IsOf(row, record))
            : null;

    private static bool IsOf(RowOperation row, LoggedRecord record) => Text(row, "Fingerprint") == record.Fingerprint
        && (row.Columns.GetValueOrDefault("RecordTimestamp") is not DateTimeOffset at
            || record.Record.Timestamp is not { } timestamp
            || at == timestamp);

    // A topic made anew is the group's from its first record.
    private bool IsBelowTheBegin(LoggedRecord record) => record.Incarnation == 0
        && record.Record.Coordinates.Offset < (world.Setting.Begins?[record.Record.Coordinates.Partition] ?? 0);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static string KindOf(string rowKey) => rowKey[..Math.Max(0, rowKey.IndexOf('!', StringComparison.Ordinal))];

    private static bool Holds(Columns columns, IReadOnlyDictionary<string, object> planned) =>
        planned.All(column => columns.TryGetValue(column.Key, out var value) && IsEqual(value, column.Value));

    // A time comes back in UTC, whatever it was planned in; bytes are equal one by one.
    private static bool IsEqual(object value, object planned) =>
        value is byte[] bytes ? planned is byte[] other && bytes.AsSpan().SequenceEqual(other) : value.Equals(planned);

    private static string? Text(RowOperation row, string column) => row.Columns.GetValueOrDefault(column) as string;

    private sealed record Applied(string Subject, LoggedRecord Record, string Bucket, int Number);
}
