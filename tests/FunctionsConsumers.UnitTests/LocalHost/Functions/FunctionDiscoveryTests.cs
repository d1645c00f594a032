using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Functions;
using FunctionsConsumers.Orders;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace FunctionsConsumers.UnitTests.LocalHost.Functions;

public sealed class FunctionDiscoveryTests
{
    [Fact]
    public void Every_group_has_its_trigger_and_every_trigger_its_group()
    {
        var functions = FunctionDiscovery.Find(typeof(BillingServiceConsumer).Assembly).Kafka;
        Assert.Contains(
            ("BillingServiceConsumer", "billing"), functions.Select(function => (function.Name, function.Trigger.ConsumerGroup!)));
        Assert.Equal(Groups.All.Order(StringComparer.Ordinal),
            functions.Select(function => function.Trigger.ConsumerGroup!).Order(StringComparer.Ordinal));
        Assert.All(
            functions, function => Assert.Equal(("KafkaBrokers", "%OrdersTopic%"), (function.Trigger.BrokerList, function.Trigger.Topic)));
    }

    [Fact]
    public void The_apps_timers_are_found_with_their_schedules()
    {
        var timers = FunctionDiscovery.Find(typeof(BillingServiceConsumer).Assembly).Timers;
        Assert.Equal(["GapAudit", "OutboxSweep", "RetentionSweep"], timers.Select(timer => timer.Name));
        Assert.All(timers, timer => Assert.NotNull(FunctionsConsumers.LocalHost.Timers.TimerSchedule.Parse(timer.Trigger.Schedule)));
    }

    [Fact]
    public void The_apps_http_functions_are_found_with_their_routes()
    {
        var http = FunctionDiscovery.Find(typeof(BillingServiceConsumer).Assembly).Http;
        Assert.Subset(http.Select(function => function.Trigger.Route).ToHashSet(), new HashSet<string?> { "health/live", "health/ready" });
    }

    [Fact]
    public async Task A_function_is_called_with_the_batch_and_the_token_whatever_it_returns()
    {
        var functions = FunctionDiscovery.Find([typeof(Returning)]).Kafka;
        var instance = new Returning();
        using var cancel = new CancellationTokenSource();
        KafkaRecord[] batch = [new KafkaRecord()];
        foreach (var function in functions)
        {
            await function.Invoke(instance, batch, cancel.Token);
        }

        Assert.Equal(["static", "task", "value task", "void"], instance.Calls.Order());
        Assert.Same(batch, instance.Batch);
        Assert.Equal(cancel.Token, instance.Token);
    }

    [Theory]
    [InlineData(typeof(WithoutTrigger), "has no trigger")]
    [InlineData(typeof(WithOtherTrigger), "has the trigger QueueTrigger, which the local host does not know")]
    [InlineData(typeof(OneByOne), "set IsBatched = true")]
    [InlineData(typeof(TextKeys), "set KeyDataType = KafkaMessageKeyType.Binary")]
    [InlineData(typeof(WithoutGroup), "has no ConsumerGroup")]
    [InlineData(typeof(WithOtherParameter), "has the parameter text of type String")]
    [InlineData(typeof(WithOtherResult), "returns String")]
    [InlineData(typeof(WithOtherAnswer), "an HTTP function returns Task<IResult>")]
    [InlineData(typeof(Twice), "Two functions are named F")]
    public void A_function_that_cannot_be_run_is_an_error_that_says_why(Type type, string expected)
    {
        var error = Assert.Throws<LocalHostException>(() => FunctionDiscovery.Find([type]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

#pragma warning disable CA1822, CA1034, CA1052 // Functions of the shapes that an app might have.
    public sealed class WithOtherAnswer
    {
        [Function("F")]
        public static string Run([HttpTrigger("get")] HttpRequest request) => "answer";
    }

    public sealed class Returning
    {
        private static readonly List<string> StaticCalls = [];

        public List<string> Calls { get; } = StaticCalls;

        public KafkaRecord[]? Batch { get; private set; }

        public CancellationToken Token { get; private set; }

        [Function("task")]
        public Task RunTask(
            [KafkaTrigger("b", "t", ConsumerGroup = "g", IsBatched = true, KeyDataType = KafkaMessageKeyType.Binary)]
            KafkaRecord[] records,
            CancellationToken token)
        {
            (Batch, Token) = (records, token);
            Calls.Add("task");
            return Task.CompletedTask;
        }

        [Function("valueTask")]
        public ValueTask RunValueTask(
            [KafkaTrigger("b", "t", ConsumerGroup = "g", IsBatched = true, KeyDataType = KafkaMessageKeyType.Binary)]
            KafkaRecord[] records)
        {
            Calls.Add("value task");
            return ValueTask.CompletedTask;
        }

        [Function("void")]
        public void RunVoid(
            [KafkaTrigger("b", "t", ConsumerGroup = "g", IsBatched = true, KeyDataType = KafkaMessageKeyType.Binary)]
            KafkaRecord[] records) => Calls.Add("void");

        [Function("static")]
        public static Task RunStatic(
            [KafkaTrigger("b", "t", ConsumerGroup = "g", IsBatched = true, KeyDataType = KafkaMessageKeyType.Binary)]
            KafkaRecord[] records)
        {
            StaticCalls.Add("static");
            return Task.CompletedTask;
        }
    }

    public sealed class WithoutTrigger
    {
        [Function("f")]
        public Task Run(KafkaRecord[] records) => Task.CompletedTask;
    }

    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class QueueTriggerAttribute : TriggerBindingAttribute;

    public sealed class WithOtherTrigger
    {
        [Function("f")]
        public Task Run([QueueTrigger] string message) => Task.CompletedTask;
    }

    public sealed class OneByOne
    {
        [Function("f")]
        public Task Run([KafkaTrigger("b", "t", ConsumerGroup = "g", KeyDataType = KafkaMessageKeyType.Binary)] KafkaRecord record) =>
            Task.CompletedTask;
    }

    public sealed class TextKeys
    {
        [Function("f")]
        public Task Run([KafkaTrigger("b", "t", ConsumerGroup = "g", IsBatched = true)] KafkaRecord[] records) => Task.CompletedTask;
    }

    public sealed class WithoutGroup
    {
        [Function("f")]
        public Task Run([KafkaTrigger("b", "t", IsBatched = true, KeyDataType = KafkaMessageKeyType.Binary)] KafkaRecord[] records) =>
            Task.CompletedTask;
    }

    public sealed class WithOtherParameter
    {
        [Function("f")]
        public Task Run(
            [KafkaTrigger("b", "t", ConsumerGroup = "g", IsBatched = true, KeyDataType = KafkaMessageKeyType.Binary)]
            KafkaRecord[] records,
            string text) => Task.CompletedTask;
    }

    public sealed class WithOtherResult
    {
        [Function("f")]
        public string Run(
            [KafkaTrigger("b", "t", ConsumerGroup = "g", IsBatched = true, KeyDataType = KafkaMessageKeyType.Binary)]
            KafkaRecord[] records) => "";
    }

    public sealed class Twice
    {
        [Function("f")]
        public Task One(
            [KafkaTrigger("b", "t", ConsumerGroup = "g", IsBatched = true, KeyDataType = KafkaMessageKeyType.Binary)]
            KafkaRecord[] records) => Task.CompletedTask;

        [Function("F")]
        public Task Other(
            [KafkaTrigger("b", "t", ConsumerGroup = "h", IsBatched = true, KeyDataType = KafkaMessageKeyType.Binary)]
            KafkaRecord[] records) => Task.CompletedTask;
    }
#pragma warning restore CA1822, CA1034, CA1052
}
