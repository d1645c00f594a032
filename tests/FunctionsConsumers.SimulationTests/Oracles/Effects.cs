using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.SimulationTests.Domain;
using FunctionsConsumers.SimulationTests.Log;
using FunctionsConsumers.SimulationTests.Tables;
using FunctionsConsumers.SimulationTests.Worlds;

namespace FunctionsConsumers.SimulationTests.Oracles;

/// <summary>Watches the rows of effects, keys, counters and dead letters.</summary>
internal sealed partial class Effects(World world)
{
    private readonly Dictionary<string, Applied> _applied = new(StringComparer.Ordinal);
    private readonly Dictionary<Coordinates, string> _dead = [];

    // Subjects whose keys were forgotten; their effects stay.
    private readonly List<Applied> _forgotten = [];
    private readonly HashSet<string> _forgottenSubjects = new(StringComparer.Ordinal);

    // What success was reported for, and what the broker dropped before.
    private readonly HashSet<Coordinates> _handled = [];
    private readonly HashSet<Coordinates> _dropped = [];

    /// <summary>Whether every record that is the group's, and that the broker did not drop, has its effect or its dead letter.</summary>
    public bool IsEverythingSettled => Records().All(record => IsSettled(record.Record.Coordinates));

    private string SubjectKind => world.Setting.EffectKind ?? "key";

    /// <summary>Judges each operation of a transaction on these rows.</summary>
    /// <returns>The messages the transaction must hold, and no others.</returns>
    public List<PlannedMessageSpec> OnCommitted(Commit commit, int number, DeliveryStart start, Messages messages)
    {
        List<PlannedMessageSpec> planned = [];
        for (var i = 0; i < commit.Request.Operations.Count; i++)
        {
            var operation = commit.Request.Operations[i];
            var kind = operation.RowKey[..operation.RowKey.IndexOf('!', StringComparison.Ordinal)];
            switch (kind, operation.Kind)
            {
                case (_, RowOperationKind.Insert) when kind == SubjectKind:
                    OnApplied(commit, operation, number, planned);
                    break;
                case ("dead", RowOperationKind.Insert):
                    OnDeadLettered(operation, start, planned);
                    break;
                case ("key", RowOperationKind.Delete) when kind == SubjectKind:
                    OnKeyForgotten(commit.Request.Sender, operation, commit.Before[i]!, messages);
                    break;
                case ("dead", RowOperationKind.Delete):
                    OnDeadForgotten(commit.Request.Sender, operation, commit.Before[i]!, messages);
                    break;
                case ("key", RowOperationKind.Merge) when kind == SubjectKind && operation.Columns.Keys.All(column => column is "ProlongedAt" or "SeenAt"):
                case ("item", RowOperationKind.Insert):
                case ("stock", RowOperationKind.Insert or RowOperationKind.Merge):
                case ("outbox", _):
                    break;
                default:
                    world.Fail($"{commit.Request.Sender}: {operation.Kind} of {operation.RowKey}");
                    break;
            }
        }

        return planned;
    }

    /// <summary>Reckons a bucket anew: no key without its effect, no effect without its key, counters equal to the sum of the effects.</summary>
    public void Check(string bucket)
    {
        var items = new HashSet<string>(StringComparer.Ordinal);
        var sums = new Dictionary<string, long>(StringComparer.Ordinal);
        var rows = world.Table.Rows(bucket);
        foreach (var applied in _applied.Values.Concat(_forgotten).Where(applied => applied.Bucket == bucket))
        {
            var spec = applied.Record.Spec;
            for (var row = 0; row < spec.Rows; row++)
            {
                items.Add(string.Create(CultureInfo.InvariantCulture, $"item!{applied.Subject}-{row}"));
            }

            foreach (var (product, quantity) in spec.Lines)
            {
                var counter = string.Create(CultureInfo.InvariantCulture, $"stock!{product}!{ModelledLog.Topic}:{applied.Record.Record.Coordinates.Partition}");
                sums[counter] = sums.GetValueOrDefault(counter) + quantity;
            }
        }

        foreach (var (rowKey, row) in rows)
        {
            if (rowKey.StartsWith("item!", StringComparison.Ordinal) && !items.Remove(rowKey))
            {
                world.Fail($"{rowKey} is there without its key");
            }
            else if (rowKey.StartsWith("stock!", StringComparison.Ordinal) && (!sums.Remove(rowKey, out var sum) || row.Number("Reserved") != sum))
            {
                world.Fail($"{bucket} {rowKey} says {row.Number("Reserved")} and the effects sum up to {sum}");
            }
        }

        if (items.Count + sums.Count > 0)
        {
            world.Fail($"a key is there in {bucket} without its {string.Join(' ', items.Concat(sums.Keys))}");
        }
    }

    /// <summary>Whether a record has its effect, or that of an equal one, or its dead letter.</summary>
    public bool IsSettled(Coordinates coordinates)
    {
        var record = world.Log.At(coordinates.Partition, coordinates.Offset);
        return _dead.ContainsKey(coordinates) || SameApplied(record) is not null || (_handled.Contains(coordinates) && IsForgotten(record));
    }

    /// <summary>Whether what is reported of a record agrees with its row, where that is not forgotten yet: its own effect, or its dead letter with its reason.</summary>
    public bool IsAsReported(RecordOutcome outcome) => outcome.Result switch
    {
        RecordResult.Applied => world.Log.At(outcome.Coordinates.Partition, outcome.Coordinates.Offset) is { Subject: { } subject } record
            && (!_applied.TryGetValue(subject, out var applied) || applied.Record == record),
        RecordResult.DeadLettered => !_dead.TryGetValue(outcome.Coordinates, out var reason) || reason == outcome.Reason,
        _ => outcome.Reason is null,
    };

    /// <summary>Success was reported for a record.</summary>
    public void OnHandled(Coordinates coordinates) => _handled.Add(coordinates);

    /// <summary>
    /// Whether the row of a subject, where it is nothing but a key and will be forgotten, says that a record it ruled on was
    /// seen: forgotten too early, it would let that record be applied when it is read again.
    /// </summary>
    public bool IsSeen(Coordinates coordinates)
    {
        var record = world.Log.At(coordinates.Partition, coordinates.Offset);
        if (world.Setting.EffectKind is not null || record.Subject is not { } subject || !_applied.TryGetValue(subject, out var applied) || applied.Record == record || _forgottenSubjects.Contains(subject)
            || !IsRuledByKey(coordinates))
        {
            return true;
        }

        var seen = world.Table.Rows(applied.Bucket)["key!" + subject].Text("SeenAt") ?? "";
        return seen.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(place => place.Split(':'))
            .Any(place => place[1] == coordinates.Partition.ToString(CultureInfo.InvariantCulture) && long.Parse(place[2], CultureInfo.InvariantCulture) >= coordinates.Offset);
    }

    public void OnSettled()
    {
        foreach (var record in Records())
        {
            if (IsForgotten(record) && _handled.Contains(record.Record.Coordinates))
            {
                continue;
            }

            var same = SameApplied(record) is not null;
            var dead = _dead.TryGetValue(record.Record.Coordinates, out var reason);
            var right = record.Spec.Kind switch
            {
                OrderKind.Valid => same != dead,
                OrderKind.UnknownProduct or OrderKind.Outgrown => same || dead,
                _ => !same && dead,
            };
            if (!right)
            {
                world.Fail($"{record.Record.Coordinates} {record.Spec.Kind}: {(same ? "applied" : "not applied")}, {(dead ? "dead-lettered as " + reason : "no dead letter")}");
            }
        }
    }

    // The records that are the group's to settle: from where it begins, less those that the broker dropped.
    private IEnumerable<LoggedRecord> Records() => world.Log.Partitions
        .SelectMany((records, partition) => records.Take(world.Log.End[partition]).Skip(world.Log.Begin[partition]))
        .Where(record => record.IsRecord && !_dropped.Contains(record.Record.Coordinates));

    private Applied? SameApplied(LoggedRecord record) =>
        record.Subject is { } subject && _applied.TryGetValue(subject, out var applied) && applied.Record.Spec.Fingerprint == record.Spec.Fingerprint ? applied : null;

    private void OnApplied(Commit commit, RowOperation row, int number, List<PlannedMessageSpec> planned)
    {
        if (RecordOf(row) is not { } record || record.Subject is not { } subject)
        {
            world.Fail($"{row.RowKey} names no record, or one that is no event");
            return;
        }

        var (coordinates, spec) = (record.Record.Coordinates, record.Spec);
        if (coordinates.Offset < world.Log.Begin[coordinates.Partition])
        {
            world.Fail($"{coordinates} was applied, and the group begins above it");
        }

        if (spec.Kind == OrderKind.Valid && _handled.Contains(coordinates) && IsForgotten(record))
        {
            world.Fail($"{coordinates} is applied once more, after its key was forgotten");
        }

        var may = spec.Kind is OrderKind.Valid or OrderKind.Outgrown || (spec.Kind == OrderKind.UnknownProduct && spec.Lines.All(line => world.Catalog.Contains(line.Product)));
        if (!may)
        {
            world.Fail($"{spec.Kind} {record.Record.Coordinates} was applied");
        }

        if (row.RowKey != SubjectKind + "!" + subject || Text(row, "Key") != record.Key || Text(row, "Fingerprint") != spec.Fingerprint || Text(row, "State") != "applied"
            || (world.Setting.EffectKind is not null
                && (Text(row, "Nonce") != spec.Nonce.ToString(CultureInfo.InvariantCulture) || !row.Columns["Quantity"].Equals(spec.Lines.Sum(line => (long)line.Quantity)))))
        {
            world.Fail($"{row.RowKey} does not say what {record.Record.Coordinates} says");
        }

        if (!_applied.TryAdd(subject, new Applied(subject, record, commit.Request.PartitionKey, number)))
        {
            world.Fail($"{subject} has two effects, in {_applied[subject].Bucket} and {commit.Request.PartitionKey}");
        }

        for (var ordinal = 0; ordinal < spec.Messages.Count; ordinal++)
        {
            planned.Add(new PlannedMessageSpec(
                string.Create(CultureInfo.InvariantCulture, $"{subject} {ordinal}"), spec.Messages[ordinal], string.Create(CultureInfo.InvariantCulture, $"{subject} {ordinal} {spec.Nonce}")));
        }
    }

    private void OnDeadLettered(RowOperation row, DeliveryStart start, List<PlannedMessageSpec> planned)
    {
        if (RecordOf(row) is not { } record || row.RowKey != "dead!" + record.Record.Coordinates)
        {
            world.Fail($"{row.RowKey} names no record of its own");
            return;
        }

        if (record.Record.Coordinates.Offset < world.Log.Begin[record.Record.Coordinates.Partition])
        {
            world.Fail($"{record.Record.Coordinates} was dead-lettered, and the group begins above it");
        }

        var reason = Text(row, "Reason") ?? "";
        if (!ReasonsOf(record, start).Contains(reason) || Text(row, "State") != "dead-lettered" || Text(row, "Fingerprint") != record.Spec.Fingerprint
            || Text(row, "Key") != record.Record.Coordinates.ToString())
        {
            world.Fail($"{record.Spec.Kind} {record.Record.Coordinates} is dead-lettered as '{reason}', and the reasons it may have are: {string.Join(' ', ReasonsOf(record, start))}");
        }

        if (!_dead.TryAdd(record.Record.Coordinates, reason))
        {
            world.Fail($"{record.Record.Coordinates} is dead-lettered twice");
        }

        planned.Add(new PlannedMessageSpec(record.Record.Coordinates.ToString(), DeadLetter.Kind, null));
    }

    private List<string> ReasonsOf(LoggedRecord record, DeliveryStart start)
    {
        switch (record.Spec.Kind)
        {
            case OrderKind.Poison:
                return ["not-an-order"];
            case OrderKind.TooWide:
                return ["too-wide"];
            case OrderKind.Forbidden:
                return ["refused"];
        }

        List<string> reasons = [];
        var row = _applied.GetValueOrDefault(record.Subject!);
        if (row is not null && row.Record.Spec.Fingerprint != record.Spec.Fingerprint)
        {
            reasons.Add(row.Record.Key == record.Key ? "key-reused" : "order-exists");
        }

        if (record.Spec.Kind is OrderKind.Refused or OrderKind.Overflow)
        {
            reasons.Add("refused");
        }

        // The other version may have applied it: only after its row has been read in this delivery.
        if (record.Spec.Kind == OrderKind.Outgrown && !(row?.Record.Spec.Fingerprint == record.Spec.Fingerprint && row.Number <= start.Commits))
        {
            reasons.Add("refused");
        }

        // Only after the subject's row and the catalog have been read anew in this delivery.
        if (record.Spec.Kind == OrderKind.UnknownProduct && !record.Spec.Lines.All(line => start.Catalog.Contains(line.Product)) && !(row?.Number <= start.Commits))
        {
            reasons.Add("unknown-product");
        }

        return reasons;
    }

    private LoggedRecord? RecordOf(RowOperation row) => RecordOf(row.Columns);

    private LoggedRecord? RecordOf(IReadOnlyDictionary<string, object> columns) =>
        columns.GetValueOrDefault("Topic") is ModelledLog.Topic && columns.GetValueOrDefault("Partition") is int partition && columns.GetValueOrDefault("Offset") is long offset
        && partition < world.Log.Partitions.Count && offset < world.Log.Partitions[partition].Count
            ? world.Log.At(partition, offset)
            : null;

    private static string? Text(RowOperation row, string column) => row.Columns.GetValueOrDefault(column) as string;

    private sealed record Applied(string Subject, LoggedRecord Record, string Bucket, int Number);
}
