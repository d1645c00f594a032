using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <content>What is forgotten, by the retention sweep or by the broker, and what may not be.</content>
internal sealed partial class Effects
{
    /// <summary>The broker dropped records: those that are not settled may be lost.</summary>
    public void OnDropped(int partition)
    {
        for (var offset = 0; offset < world.Log.Start[partition]; offset++)
        {
            Dropped(world.Log.At(partition, offset));
        }
    }

    /// <summary>The topic is deleted: what is not settled is lost, though whoever has it in hand may still handle it.</summary>
    public void OnDeleted()
    {
        foreach (var (partition, end) in world.Log.End.Index())
        {
            foreach (var logged in world.Log.Partitions[partition].Take(end))
            {
                Dropped(logged);
            }
        }
    }

    private void Dropped(LoggedRecord record)
    {
        if (record.IsRecord && !IsSettled(record))
        {
            _dropped.Add(record);
        }
    }

    /// <summary>Whether an offset may be called finished: its record is settled, or there is none, or the broker dropped it.</summary>
    public bool IsFinished(int partition, long offset, out bool isLost)
    {
        isLost = false;
        if (offset >= world.Log.End[partition])
        {
            return false;
        }

        var logged = world.Log.At(partition, offset);
        isLost = logged.IsRecord && !IsSettled(logged) && _dropped.Contains(logged);
        return !logged.IsRecord || isLost || IsSettled(logged);
    }

    // A duplicate, or a conflict: what is poison by itself stays so whatever key is there.
    private bool IsRuledByKey(LoggedRecord record) =>
        !_dead.TryGetValue(record, out var reason) || reason == "key-reused" || reason == world.Consumer.SubjectExistsReason;

    private bool IsForgotten(LoggedRecord record) => record.Subject is { } subject && _forgottenSubjects.Contains(subject);

    private void OnKeyForgotten(string sender, RowOperation operation, Row before, Messages messages)
    {
        if (!_subjects.TryGetValue(operation.RowKey, out var subject) || !_applied.Remove(subject, out var applied))
        {
            world.Fail($"{sender} forgets {operation.RowKey}, which nobody wrote");
            return;
        }

        _forgotten.Add(applied);
        _forgottenSubjects.Add(subject);
        OnForgotten(sender, operation, before, messages, subject);
        foreach (var (partition, start) in world.Log.Start.Index())
        {
            // What only this key made a duplicate, and what nobody has read.
            OnDropped(partition);
            for (var offset = start; offset < world.Log.End[partition]; offset++)
            {
                if (world.Log.At(partition, offset) is var logged && logged.Subject == subject
                    && (logged == applied.Record || (_handled.Contains(logged) && IsRuledByKey(logged))))
                {
                    world.Fail(
                        $"{sender} forgets {operation.RowKey}, and {logged.Record.Coordinates}, on which it ruled, is still in the topic");
                }
            }
        }
    }

    private void OnDeadForgotten(string sender, RowOperation operation, Row before, Messages messages)
    {
        var coordinates = operation.RowKey["dead!".Length..];
        OnForgotten(sender, operation, before, messages, coordinates);
        if (!_deadRows.Remove(operation.RowKey, out var record)
            || (record.Incarnation == world.Log.Incarnation
                && record.Record.Coordinates.Offset >= world.Log.Start[record.Record.Coordinates.Partition]))
        {
            world.Fail($"{sender} forgets {operation.RowKey}, whose record is still in the topic");
        }
    }

    private void OnForgotten(string sender, RowOperation operation, Row before, Messages messages, string subject)
    {
        // The hosts' clocks are right to two minutes each.
        var written = before.Columns.GetValueOrDefault("ProlongedAt") ?? before.Columns["AppliedAt"];
        if (SimulatedTime.Epoch + world.Clock.Now - (DateTimeOffset)written < world.Setting.Retention - TimeSpan.FromMinutes(4))
        {
            world.Fail($"{sender} forgets {operation.RowKey}, which is younger than the retention");
        }

        if (messages.IsWaiting(subject))
        {
            world.Fail($"{sender} forgets {operation.RowKey}, and a message of it is still in the outbox");
        }

        if (operation.ETag != before.ETag)
        {
            world.Fail($"{sender} forgets {operation.RowKey} in whatever version it is");
        }

        messages.OnForgotten(subject);
    }
}
