using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>
/// What is known of each record of a history before it begins: who the event is, and what is planned for it or why it becomes
/// a dead letter. The planner is asked with a clock of its own, so that a plan that depends on the time is another one later.
/// </summary>
/// <typeparam name="TEvent">The domain's event.</typeparam>
internal sealed class ExpectedRecords<TEvent>
{
    private readonly Dictionary<Coordinates, ExpectedRecord> _byCoordinates = [];
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);
    private readonly IEventDecoder<TEvent> _decoder;
    private readonly HistoryOptions _options;
    private readonly FirstAsked _asked;
    private readonly Planner<TEvent> _planner;
    private string? _mistake;

    public ExpectedRecords(Func<TimeProvider, IConsumer<TEvent>> consumer, IEventDecoder<TEvent> decoder, HistoryOptions options)
    {
        Consumer = consumer;
        _decoder = decoder;
        _options = options;
        var longAgo = new SimulatedTime(new SimulatedClock(), TimeSpan.Zero, TimeSpan.FromDays(-1000));
        _asked = new FirstAsked(consumer(longAgo));
        _planner = new Planner<TEvent>(_asked, decoder, new Buckets(1));
    }

    /// <summary>Makes the consumer of one process life.</summary>
    public Func<TimeProvider, IConsumer<TEvent>> Consumer { get; }

    public IEventDecoder<TEvent> Decoder => _decoder;

    public string Group => _asked.Group;

    public string? EffectKind => _asked.EffectKind;

    /// <summary>Whether the consumer's rows may be forgotten one day.</summary>
    public bool KeepsKeysAlone => EffectKind is null && _byCoordinates.Values.All(record => record.Plan is not { Inserts.Count: > 0 });

    /// <summary>The kinds of all planned messages, and the policy of each.</summary>
    public IReadOnlyDictionary<string, InDoubtPolicy?> Kinds => _kinds.ToDictionary(
        kind => kind, kind => (InDoubtPolicy?)(_options.ParkedKinds.Contains(kind) ? InDoubtPolicy.Park : InDoubtPolicy.Resend),
        StringComparer.Ordinal);

    /// <summary>What is known of a record; null for one that is none of the history's.</summary>
    public ExpectedRecord? At(Coordinates coordinates) => _byCoordinates.GetValueOrDefault(coordinates);

    /// <summary>A record of the log.</summary>
    public LoggedRecord Of(SentRecord sent, int partition, int offset)
    {
        var record = new ConsumedRecord(
            new Coordinates(ModelledLog.Topic, partition, offset), DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(offset), sent.Key,
            sent.Value, sent.Headers ?? []);
        var expected = Read(record);
        _byCoordinates.Add(record.Coordinates, expected);
        _kinds.UnionWith(expected.Plan?.Messages.Select(message => message.Kind) ?? []);
        return expected.Logged;
    }

    /// <summary>An offset that holds no record.</summary>
    public static LoggedRecord Control(int partition, int offset)
    {
        var record = new ConsumedRecord(new Coordinates(ModelledLog.Topic, partition, offset), null, null, null, []);
        return new LoggedRecord(record, null, "", "") { IsRecord = false };
    }

    /// <summary>Throws where a planner plans for a record what is never applied.</summary>
    /// <exception cref="PlanningException">It does.</exception>
    public void Require()
    {
        if (_mistake is not null)
        {
            throw new PlanningException(_mistake);
        }
    }

    private ExpectedRecord Read(ConsumedRecord record)
    {
        var planned = _planner.Plan(record, new Delivery("", DateTimeOffset.UnixEpoch))!;
        if (planned.Rejection is null)
        {
            // The planner's first word counts: one that remembers says something else from its second on.
            var (identity, first) = (planned.Identity, _asked.Text);
            var plan = _asked.Plan(_decoder.Decode(record).Event!, identity);
            return new ExpectedRecord(
                new LoggedRecord(record, identity.Subject, identity.Key, identity.Fingerprint), plan, first, null);
        }

        // A rejection names its subject where the decoder could read one.
        var who = planned.Event ?? planned.Identity;
        var rejection = planned.Rejection;
        if (!IsOfTheDecoder(record) && !_options.ExpectedReasons.Contains(rejection.Reason))
        {
            _mistake ??= $"{record.Coordinates} subject {who.Subject} can only be a dead letter, '{rejection.Reason}': {rejection.Detail}";
        }

        return new ExpectedRecord(new LoggedRecord(record, planned.Event?.Subject, who.Key, who.Fingerprint), null, [], rejection.Reason);
    }

    /// <summary>The planner that is asked beforehand, and what it said last.</summary>
    private sealed class FirstAsked(IConsumer<TEvent> consumer) : IConsumer<TEvent>
    {
        public string Group => consumer.Group;

        public string? EffectKind => consumer.EffectKind;

        public IReadOnlyList<string> Text { get; private set; } = [];

        public Plan Plan(TEvent @event, EventIdentity identity)
        {
            var plan = consumer.Plan(@event, identity);
            Text = PlanText.Of(plan);
            return plan;
        }
    }

    private bool IsOfTheDecoder(ConsumedRecord record)
    {
        try
        {
            return _decoder.Decode(record).Rejection is not null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return false;
        }
    }
}

/// <summary>What is known of a record.</summary>
/// <param name="Logged">Who it is.</param>
/// <param name="Plan">What is planned for it; null where it becomes a dead letter.</param>
/// <param name="Text">The plan in lines.</param>
/// <param name="Reason">Why it becomes a dead letter; null where it is applied.</param>
internal sealed record ExpectedRecord(LoggedRecord Logged, Plan? Plan, IReadOnlyList<string> Text, string? Reason);
