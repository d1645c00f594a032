using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Retention;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Progress;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Hosting;

public sealed class ConsumerGroupsServiceTests
{
    public static TheoryData<Exception> Failures =>
        [new SettingException("403"), new StoreUnavailableException("503"), new InvalidOperationException("a mistake")];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_that_passes_does_not_end_the_writing_of_progress(Exception failure)
    {
        var group = new StandingGroup();
        await group.Progress.EnsureFloorsAsync("topic", Token);
        group.Progress.Finished("topic", 0, 0, 4);
        var failures = 0;
        group.ProgressStore.OnRead = () => ++failures <= 3 ? failure : null;
        using var service = new ConsumerGroupsService([group], new ProcessLife(), group.Time, NullLogger<ConsumerGroupsService>.Instance);
        await service.StartAsync(Token);
        await UntilAsync(() => group.ProgressStore.Inner.Rows()[0].Text("Finished") == "0-4");
        await service.StopAsync(Token);
        Assert.True(failures > 3);
    }

    [Fact]
    public async Task A_group_that_cannot_be_opened_is_tried_again_whatever_the_failure_was()
    {
        var group = new StandingGroup();
        var opened = 0;
        group.OnOpen = () => ++opened <= 3 ? throw new InvalidOperationException("a mistake") : 0;
        using var service = new ConsumerGroupsService([group], new ProcessLife(), group.Time, NullLogger<ConsumerGroupsService>.Instance);
        await service.StartAsync(Token);
        await UntilAsync(() => opened > 3);
        await service.StopAsync(Token);
    }

    [Fact]
    public async Task A_host_that_is_stopped_while_its_start_waits_for_a_service_ends_without_a_crash()
    {
        var waiting = new TaskCompletionSource();
        var group = new StandingGroup
        {
            OnSetFloors = stop =>
            {
                waiting.TrySetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, stop);
            },
        };
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IHostedService>(
            new ConsumerGroupsService([group], new ProcessLife(), group.Time, NullLogger<ConsumerGroupsService>.Instance));
        using var host = builder.Build();
        var running = host.RunAsync(Token);
        await waiting.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await running.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Token);
        late.CancelAfter(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            await Task.Delay(10, late.Token);
        }
    }

    /// <summary>A group over tables in memory, on a clock whose waits are over at once.</summary>
    private sealed class StandingGroup : IConsumerGroup
    {
        private readonly OpenGroup _open;

        public StandingGroup()
        {
            var log = new FakeLog { LogEnd = 10 };
            var table = new MemoryTableStore();
            Progress = new GroupProgress("group", ProgressStore, log, startsAtEnd: false, NullLogger.Instance, Time);
            _open = new OpenGroup(
                new TestGroup().Processor,
                new GroupOutbox("group", table, new Buckets(1), [new TestSender("mail")], new EffectivelyOnceOptions { Buckets = 1 },
                "me", TimeProvider.System, NullLogger.Instance),
                new OutboxByHand("group", table, new Buckets(1), Time),
                Progress,
                new RetentionSweep(
                "group", table, ProgressStore, new Buckets(1), log, ["topic"], TimeSpan.FromDays(14), Time, NullLogger.Instance));
        }

        public ImpatientTime Time { get; } = new();

        public BentStore ProgressStore { get; } = new(new MemoryTableStore());

        public GroupProgress Progress { get; }

        public Func<int>? OnOpen { get; set; }

        public string Group => "group";

        public string Name => "group";

        public Task<OpenGroup> OpenAsync(CancellationToken cancellationToken)
        {
            OnOpen?.Invoke();
            return Task.FromResult(_open);
        }

        public Func<CancellationToken, Task>? OnSetFloors { get; init; }

        public Task SetFloorsAsync(CancellationToken cancellationToken) => OnSetFloors?.Invoke(cancellationToken) ?? Task.CompletedTask;

        public Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<GapAuditResult> AuditGapsAsync(TimeSpan grace, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<int> SweepOutboxAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<int> ForgetAsync(int most, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
