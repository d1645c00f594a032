using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Keys;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>A consumer group at work: its table, opened at the first need, its processor and its outbox.</summary>
internal interface IConsumerGroup : IBatchProcessor
{
    /// <summary>Opens the group's table where it is not open yet.</summary>
    /// <exception cref="SettingException">A setting does not fit the table.</exception>
    /// <exception cref="StoreUnavailableException">The table service cannot be reached.</exception>
    Task<GroupOutbox> OpenAsync(CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed partial class ConsumerGroup<TEvent>(
    IConsumer<TEvent> consumer,
    IEventDecoder<TEvent> decoder,
    TableAccounts accounts,
    IEnumerable<IMessageSender> senders,
    EffectivelyOnceOptions options,
    ProcessLife life,
    TimeProvider time,
    ILoggerFactory loggers) : IConsumerGroup, IDisposable
{
    private readonly SemaphoreSlim _opening = new(1);
    private readonly ILogger _logger = loggers.CreateLogger("FunctionsConsumers.EffectivelyOnce." + consumer.Group);
    private (IBatchProcessor Processor, GroupOutbox Outbox)? _open;

    public string Group => consumer.Group;

    public async Task<GroupOutbox> OpenAsync(CancellationToken cancellationToken) => (await OpenedAsync(cancellationToken).ConfigureAwait(false)).Outbox;

    public async Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(time, options.BatchDeadline, Random.Shared, cancellationToken);
        for (var failures = 1; ; failures++)
        {
            try
            {
                var (processor, _) = await OpenedAsync(deadline.Token).ConfigureAwait(false);
                return await processor.ProcessAsync(records, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreUnavailableException failure)
            {
                LogUnavailable(Group, failure.Message);
                deadline.LastAnswer = failure.Message;
                deadline.LastFailure = failure;
            }

            await deadline.BackOffAsync(failures).ConfigureAwait(false);
            deadline.ThrowIfOver();
        }
    }

    public void Dispose()
    {
        _opening.Dispose();
        _open?.Outbox.Dispose();
    }

    private async Task<(IBatchProcessor Processor, GroupOutbox Outbox)> OpenedAsync(CancellationToken cancellationToken)
    {
        if (_open is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_open is { } opened)
            {
                return opened;
            }

            var store = await GroupTable.OpenAsync(accounts, Group, options.Buckets, cancellationToken).ConfigureAwait(false);
            var buckets = new Buckets(options.Buckets);
            var outbox = new GroupOutbox(Group, store, buckets, senders, options, life.Id, time, _logger);
            var processor = new BatchProcessor<TEvent>(consumer, decoder, store, buckets, outbox, options, time, Random.Shared, _logger);
            _open = (processor, outbox);
            return (processor, outbox);
        }
        finally
        {
            _opening.Release();
        }
    }

    [LoggerMessage(40, LogLevel.Warning, "{Group}: the table is not open yet: {Reason}")]
    private partial void LogUnavailable(string group, string reason);
}
