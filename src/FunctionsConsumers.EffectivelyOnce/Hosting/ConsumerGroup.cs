using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Retention;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Hosting;

/// <summary>A consumer group at work: its table, opened at the first need, its processor, its outbox and its progress.</summary>
/// <typeparam name="TEvent">The domain's event.</typeparam>
internal sealed partial class ConsumerGroup<TEvent>(
    IConsumer<TEvent> consumer,
    ConsumedTopics topics,
    IEventDecoder<TEvent> decoder,
    IGroupTables tables,
    IEnumerable<IMessageSender> senders,
    SendSlots slots,
    IGroupLog log,
    EffectivelyOnceOptions options,
    ProcessLife life,
    TimeProvider time,
    IConfiguration? configuration,
    ILoggerFactory loggers) : IConsumerGroup, IDisposable
{
    private const string Batches = "batches";

    /// <summary>How often a wait that lasts is told of again: an alert counts the minutes in which it is.</summary>
    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _opening = new(1);
    private readonly ContainedFaults _faults = new();
    private readonly ILogger _logger = loggers.CreateLogger("FunctionsConsumers.EffectivelyOnce." + consumer.Group);
    private long _saidAt;
    private OpenGroup? _open;
    private BatchProcessor<TEvent>? _processor;

    public string Group => consumer.Group;

    public string Name => consumer.Group;

    public async Task<OpenGroup> OpenAsync(CancellationToken cancellationToken)
    {
        if (_open is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _open ??= await MakeAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    public async Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(time, options.BatchDeadline, life.Random, cancellationToken);
        for (var failures = 1; ; failures++)
        {
            try
            {
                var open = await OpenAsync(deadline.Token).ConfigureAwait(false);
                var floors = await open.Progress.EnsureFloorsAsync(records, deadline.Token).ConfigureAwait(false);
                var own = options.PassOverBelowFloor ? [.. records.Where(record => !floors.IsBelow(record.Coordinates))] : records;
                var outcome = await _processor!.ProcessAsync(own, deadline).ConfigureAwait(false);
                open.Progress.Finished(records, floors);
                _faults.Over(Batches);
                return outcome.Within(records);
            }
            catch (Exception failure) when (failure is StoreUnavailableException or KafkaException)
            {
                if (_faults.Note(Batches, failure.Message) || time.GetElapsedTime(Volatile.Read(ref _saidAt)) >= SayAgainAfter)
                {
                    Volatile.Write(ref _saidAt, time.GetTimestamp());
                    LogUnavailable(Group, failure.Message);
                }

                deadline.Note(failure.Message, failure);
            }
            catch (OperationCanceledException cut) when (deadline.Token.IsCancellationRequested)
            {
                // A plain cancellation would not say which it was, the caller or the deadline, nor what the last answer was.
                deadline.ThrowIfOver(cut.Message);
                throw;
            }

            deadline.ThrowIfOver();
            await deadline.BackOffAsync(failures).ConfigureAwait(false);
        }
    }

    public async Task<GapAuditResult> AuditGapsAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        var audit = new GapAudit(life.Audited(open.Processor), open.Progress, log, time, _logger);
        var sum = default(GapAuditResult);
        foreach (var topic in topics.Names)
        {
            var found = await audit.RunAsync(topic, grace, cancellationToken).ConfigureAwait(false);
            sum = new GapAuditResult(sum.Found + found.Found, sum.Healed + found.Healed, sum.Lost + found.Lost);
        }

        return sum;
    }

    public async Task SetFloorsAsync(CancellationToken cancellationToken)
    {
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        foreach (var topic in topics.Names)
        {
            await open.Progress.EnsureFloorsAsync(topic, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<int> SweepOutboxAsync(CancellationToken cancellationToken) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).Outbox.SweepAsync(cancellationToken).ConfigureAwait(false);

    public async Task<int> ForgetAsync(int most, CancellationToken cancellationToken) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).Retention.RunAsync(most, cancellationToken).ConfigureAwait(false);

    public void Dispose()
    {
        _opening.Dispose();
        _open?.Outbox.Dispose();
    }

    private async Task<OpenGroup> MakeAsync(CancellationToken cancellationToken)
    {
        var table = await tables.OpenAsync(Group, options.Buckets, cancellationToken).ConfigureAwait(false);
        var shared = await tables.OpenSharedAsync(GroupProgress.TableName, cancellationToken).ConfigureAwait(false);
        var buckets = new Buckets(options.Buckets);
        var outbox = new GroupOutbox(Group, table, buckets, senders, options, life.Id, time, _logger, slots, life.Start);
        _processor = new BatchProcessor<TEvent>(consumer, decoder, table, buckets, outbox, options, time, life.Random, _logger);
        return new OpenGroup(
            _processor,
            outbox,
            new OutboxByHand(Group, table, buckets, time),
            new GroupProgress(Group, shared, log, StartsAtEnd(), _logger, time),
            new RetentionSweep(Group, table, shared, buckets, log, topics.Names, options.Retention, time, _logger));
    }

    // What the code says; else host.json's setting, where the host has put the file and its overrides into the configuration.
    private bool StartsAtEnd() => topics.StartsAt is { } start
        ? start == GroupStart.Latest
        : string.Equals(configuration?["extensions:kafka:autoOffsetReset"], "Latest", StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(40, LogLevel.Warning, "{Group}: the batch waits for the tables or the broker: {Reason}")]
    private partial void LogUnavailable(string group, string reason);
}

/// <summary>The parts of a group whose table is open.</summary>
internal sealed record OpenGroup(
    IBatchProcessor Processor, GroupOutbox Outbox, OutboxByHand OutboxByHand, GroupProgress Progress, RetentionSweep Retention);

/// <summary>What the service and the registration need of a group, whatever its event.</summary>
internal interface IConsumerGroup : IBatchProcessor, IGroupUpkeep
{
    /// <summary>Opens the group's table where it is not open yet.</summary>
    Task<OpenGroup> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Gives every partition of the group's topics its floor, before the first batch.</summary>
    Task SetFloorsAsync(CancellationToken cancellationToken);
}

/// <summary>The topics that a group consumes, and where it begins in a partition of which it has committed nothing.</summary>
/// <param name="Names">The topics, at least one.</param>
/// <param name="StartsAt">Where it begins; null where the host's configuration says so.</param>
internal sealed record ConsumedTopics(IReadOnlyList<string> Names, GroupStart? StartsAt);
