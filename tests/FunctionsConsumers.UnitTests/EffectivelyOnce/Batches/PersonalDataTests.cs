using System.Collections.Concurrent;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

public sealed class PersonalDataTests
{
    [Fact]
    public async Task A_planner_that_throws_with_the_events_data_in_its_text_brings_none_of_it_into_the_log()
    {
        var log = new Lines();
        var outbox = new SilentOutbox();
        var consumer = new PlannedConsumer((counted, _) => throw new InvalidOperationException("cannot charge " + counted.Subject));
        var time = new ImpatientTime();
        var processor = new BatchProcessor<Counted>(
            consumer, new CountedDecoder(), new MemoryTableStore(), new Buckets(1), outbox, new EffectivelyOnceOptions { Buckets = 1 },
            time, new Random(1), log);

        var outcome = await processor.ProcessAsync(
            [Record(0, "anna@example.org|1"), Record(1, "anna is no event")], TestContext.Current.CancellationToken);

        Assert.Equal(2, outcome.DeadLettered);
        Assert.Contains(log.All, line => line.Contains("threw System.InvalidOperationException\n   at ", StringComparison.Ordinal));
        Assert.DoesNotContain(log.All, line => line.Contains("anna", StringComparison.Ordinal));
    }

    private sealed class Lines : ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue(formatter(state, exception) + exception);
    }
}
