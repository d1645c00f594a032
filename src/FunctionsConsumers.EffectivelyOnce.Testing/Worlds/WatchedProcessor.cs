namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>The processor as the gap audit has it: the oracle is told of what it takes and of what it says.</summary>
internal sealed class WatchedProcessor(Life life, IBatchProcessor processor) : IBatchProcessor
{
    public string Group => processor.Group;

    public Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken) =>
        life.WatchedAsync(processor.ProcessAsync, records, cancellationToken);
}
