using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Functions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers.UnitTests.LocalHost.Functions;

public sealed class FunctionInvokerTests
{
    [Fact]
    public async Task Each_invocation_gets_an_instance_and_a_scope_of_its_own()
    {
        var log = new List<string>();
        using var services = new ServiceCollection().AddSingleton(log).AddScoped<Scoped>().BuildServiceProvider();
        var invoker = new FunctionInvoker<KafkaRecord[]>(FunctionDiscovery.Find([typeof(Counting)]).Kafka.Single(), services);
        log.Clear(); // The invoker has made an instance once to see that it can.
        await invoker.InvokeAsync([], CancellationToken.None);
        await invoker.InvokeAsync([], CancellationToken.None);
        Assert.Equal(["scope", "run 1", "function ends", "scope ends", "scope", "run 1", "function ends", "scope ends"], log);
    }

    [Fact]
    public void A_class_whose_services_are_missing_is_an_error_at_the_start()
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        var error = Assert.Throws<LocalHostException>(
            () => new FunctionInvoker<KafkaRecord[]>(FunctionDiscovery.Find([typeof(Counting)]).Kafka.Single(), services));
        Assert.StartsWith("Function counting cannot be made: ", error.Message, StringComparison.Ordinal);
    }

#pragma warning disable CA1034 // A function class is public.
    public sealed class Scoped : IDisposable
    {
        private readonly List<string> _log;

        public Scoped(List<string> log)
        {
            _log = log;
            log.Add("scope");
        }

        public void Dispose() => _log.Add("scope ends");
    }

    public sealed class Counting(List<string> log, Scoped scoped) : IDisposable
    {
        private int _runs;

        [Function("counting")]
        public Task Run([KafkaTrigger("b", "t", ConsumerGroup = "g", IsBatched = true,
            KeyDataType = KafkaMessageKeyType.Binary)] KafkaRecord[] records)
        {
            Assert.NotNull(scoped);
            log.Add($"run {++_runs}");
            return Task.CompletedTask;
        }

        public void Dispose() => log.Add("function ends");
    }
#pragma warning restore CA1034
}
