using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// Knows what every record is meant to be and watches every commit, every send and every success that is reported. It
/// shares no code with the processor: it reads rows by their documented names and reckons everything anew.
/// </summary>
internal sealed class Oracle(World world)
{
    private static readonly ILookup<Coordinates, LoggedRecord> NoBatch =
        Array.Empty<LoggedRecord>().ToLookup(record => record.Record.Coordinates);

    private readonly Effects _effects = new(world);
    private readonly Messages _messages = new(world);
    private readonly Progress _progress = new(world);

    // How much had been committed when a delivery began, and what the catalog held.
    private readonly Dictionary<(string Life, int Delivery), DeliveryStart> _deliveries = [];
    private readonly Dictionary<(string Life, int Delivery, bool IsDead), int> _written = [];
    private readonly HashSet<(string Life, int Delivery, string Letter)> _letters = [];
    private int _commits;

    /// <summary>Whether nothing but parked messages stands in the outbox.</summary>
    public bool IsOutboxSettled => _messages.IsSettled;

    /// <summary>Whether each partition of the group has its floor.</summary>
    public bool HasFloors => _progress.HasFloors;

    /// <summary>Whether a partition has its floor.</summary>
    public bool HasFloor(int partition) => _progress.HasFloor(partition);

    /// <summary>
    /// Whether every record is settled, and the group knows it of every offset from where it began up to where it committed.
    /// </summary>
    public bool IsAudited => !world.Setting.KeepsProgress || (_effects.IsEverythingSettled && _progress.IsComplete);

    /// <summary>What it remembers that nobody else does, for the state of a small world.</summary>
    public string State => _messages.State;

    public void OnTaken(Life life, IReadOnlyList<ConsumedRecord> batch) => _deliveries[(life.Name, life.Delivery)] =
        new DeliveryStart(_commits, world.Consumer.Reference, batch.ToLookup(record => record.Coordinates, world.Log.Of));

    public void OnCommitted(Commit commit)
    {
        _commits++;
        foreach (var operation in commit.Request.Operations.Where(operation =>
            operation.Kind is RowOperationKind.Insert or RowOperationKind.Replace && operation.Columns.ContainsKey("Attempt")))
        {
            var isDead = operation.RowKey.StartsWith("dead!", StringComparison.Ordinal);
            var by = (commit.Request.Sender, commit.Request.Delivery, IsDead: isDead);

            // A dead letter is written again where a record of another topic of that name has taken its row meanwhile.
            var columns = operation.Columns;
            if (!isDead || _letters.Add((commit.Request.Sender, commit.Request.Delivery,
                $"{operation.RowKey} {columns["Fingerprint"]} {columns.GetValueOrDefault("RecordTimestamp")}")))
            {
                _written[by] = _written.GetValueOrDefault(by) + 1;
            }
        }

        var start = _deliveries.GetValueOrDefault((commit.Request.Sender, commit.Request.Delivery))
            ?? new DeliveryStart(0, world.Consumer.Reference, NoBatch);
        var planned = _effects.OnCommitted(commit, _commits, start, _messages);
        _messages.OnCommitted(commit, planned);
        _effects.Check(commit);
    }

    public void OnProgress(Commit commit) => _progress.OnCommitted(commit, _effects);

    public void OnDropped(int partition) => _effects.OnDropped(partition);

    /// <summary>The topic is about to be deleted.</summary>
    public void OnDeleted() => _effects.OnDeleted();

    /// <summary>A life ended because it was asked to, with nothing under way.</summary>
    public void OnEnded(Life life) => _messages.OnEnded(life);

    public void OnSendBegins(SendOperation send) => _messages.OnSendBegins(send);

    public void OnReceived(SendOperation send) => _messages.OnReceived(send);

    /// <summary>Success is reported for a batch: each of its records must be settled in the table at this moment.</summary>
    public void OnHandled(Life life, IReadOnlyList<ConsumedRecord> batch, BatchOutcome outcome)
    {
        if (!outcome.Records.Select(record => record.Coordinates).SequenceEqual(batch.Select(record => record.Coordinates)))
        {
            world.Fail($"{life.Name} reports the outcomes of other records than the batch's");
        }

        var written = (
            _written.GetValueOrDefault((life.Name, life.CurrentDelivery, false)),
            _written.GetValueOrDefault((life.Name, life.CurrentDelivery, true)));
        if (written != (outcome.Applied, outcome.DeadLettered))
        {
            world.Fail($"{life.Name} reports {outcome}, and this delivery applied {written.Item1} and dead-lettered {written.Item2}");
        }

        foreach (var (record, reported) in batch.Select(world.Log.Of).Zip(outcome.Records))
        {
            if (!_effects.IsAsReported(record, reported))
            {
                world.Fail($"{life.Name} reports {reported}, and the table says otherwise");
            }
            else if (!_effects.IsSettled(record))
            {
                world.Fail($"{life.Name} reports success, and {reported.Coordinates} has neither its effect nor its dead letter");
            }
            else if (!_effects.IsSeen(record))
            {
                world.Fail($"{life.Name} reports success, and the key that ruled on {reported.Coordinates} does not know of it");
            }

            _effects.OnHandled(record);
        }
    }

    public void OnSettled()
    {
        _effects.OnSettled();
        _messages.OnSettled();
    }
}

/// <summary>What was there when a delivery of a batch began.</summary>
/// <param name="Commits">How many transactions had been committed.</param>
/// <param name="Reference">The reference data as they were.</param>
/// <param name="Batch">The batch's records: of two topics that had the name it may hold two at the same coordinates.</param>
internal sealed record DeliveryStart(int Commits, object? Reference, ILookup<Coordinates, LoggedRecord> Batch);

/// <summary>A message that a committed transaction must hold.</summary>
/// <param name="Name">Its own name, told from its content: subject and ordinal, or the coordinates.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Payload">Its payload; null for a dead letter.</param>
/// <param name="Letter">The record of a dead letter; null for an event's message.</param>
internal sealed record PlannedMessageSpec(string Name, string Kind, byte[]? Payload, LoggedRecord? Letter = null)
{
    /// <summary>Whether the dead letter leaves once more, because another topic's record had taken its row.</summary>
    public bool IsAgain { get; init; }
}
