using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.IntegrationTests.Worker.Protocol;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.IntegrationTests.Worker;

/// <summary>The app that was built, as the worker process that the Functions host would start, driven by the host's protocol.</summary>
public sealed class WorkerTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private WorkerDeployment _deployment = null!;

    public async ValueTask InitializeAsync() => _deployment = await WorkerDeployment.StartAsync();

    public ValueTask DisposeAsync() => _deployment.DisposeAsync();

    [Fact]
    public async Task Two_thousand_orders_with_resends_and_poison_are_handled_once_by_the_worker()
    {
        await _deployment.ProduceAsync(orders: 2_000, seed: 7);
        var host = await _deployment.WorkerAsync();
        var triggers = _deployment.Triggers(host);
        var watch = Stopwatch.StartNew();

        await Task.WhenAll(triggers.Select(trigger => trigger.RunToEndAsync(Cancellation)));

        var seconds = watch.Elapsed.TotalSeconds;
        var report = await _deployment.AuditedAsync(host);
        Assert.Equal((2_440, 2_000, 40), ((int)report["records"]!, (int)report["distinct_orders"]!, (int)report["poison"]!));
        Assert.All(report["groups"]!.AsArray(), group =>
            Assert.Equal((2_000, 400, 40), ((int)group!["applied"]!, (int)group["duplicates"]!, (int)group["dead_lettered"]!)));
        Assert.Equal(Groups.All, triggers.Select(trigger => trigger.Group));
        Assert.All(triggers, trigger =>
            Assert.True(trigger.MixedBatches > 0, $"{trigger.Group}: no batch of several partitions among {trigger.Batches}"));
        Assert.All(triggers, trigger => Assert.Empty(trigger.Failures));
        await host.TerminateAsync();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"figures: worker ({WorkerDeployment.Converter}): 2,440 records through three groups in "
                + $"{triggers.Sum(trigger => trigger.Batches)} batches, {triggers.Sum(trigger => trigger.MixedBatches)} of several "
                + $"partitions, {seconds:0.0} s"));
    }

    [Fact]
    public async Task Keys_values_and_headers_that_are_null_empty_or_not_UTF8_are_in_the_dead_letters_as_they_were_in_the_records()
    {
        byte[]?[] anything = [null, [], [0xff, 0xfe, 0x80], "text"u8.ToArray()];
        var records = (
            from key in anything
            from value in anything
            from header in anything
            select new Message<byte[]?, byte[]?>
            {
                Key = key,
                Value = value,
                Headers = new Headers { { "note", header }, { "note", Encoding.UTF8.GetBytes("second") } },
            }).ToList();
        records.Add(new Message<byte[]?, byte[]?>
        {
            Key = null,
            Value = """{"order_id": "1", "product": "Laptop"}"""u8.ToArray(),
            Headers = new Headers { { "note", null }, { "idempotency-key", [0xff, 1] } },
        });
        _deployment.Produce(records);
        var host = await _deployment.WorkerAsync();
        var triggers = _deployment.Triggers(host);

        await Task.WhenAll(triggers.Select(trigger => trigger.RunToEndAsync(Cancellation)));

        var report = await _deployment.AuditedAsync(host);
        Assert.All(report["groups"]!.AsArray(), group => Assert.Equal((1, 64), ((int)group!["applied"]!, (int)group["dead_lettered"]!)));
        var expected = records.SkipLast(1).Select(Bytes).Order().ToList();
        Assert.All(Groups.All, group => Assert.Equal(expected, _deployment.DeadLetters(group).Select(Bytes).Order()));
        output.WriteLine(
            $"figures: worker ({WorkerDeployment.Converter}): 64 combinations of null, empty, non-UTF-8 and text came through unchanged");

        static string Bytes(Message<byte[]?, byte[]?> record) =>
            string.Join(' ',
                record.Headers.Where(header => header.Key == "note").Select(header => header.GetValueBytes()).Prepend(record.Value)
                    .Prepend(record.Key)
                    .Select(Hex));

        static string Hex(byte[]? bytes) => bytes is null ? "null" : $"[{Convert.ToHexString(bytes)}]";
    }

    [Fact]
    public async Task A_batch_that_fails_while_the_tables_are_away_is_answered_as_a_failure_and_handled_when_it_is_delivered_again()
    {
        await _deployment.ProduceAsync(orders: 400, seed: 8);
        var host = await _deployment.WorkerAsync(("EffectivelyOnce__BatchDeadline", "00:00:02"));
        var triggers = _deployment.Triggers(host);
        await Task.WhenAll(triggers.Select(trigger => trigger.NextAsync(Cancellation)));

        _deployment.Tables.Shut();
        var handled = Task.WhenAll(triggers.Select(trigger => trigger.RunToEndAsync(Cancellation)));
        await Eventually.TrueAsync(
            () => triggers.All(trigger => !trigger.Failures.IsEmpty), "each group has answered a batch with a failure");
        _deployment.Tables.Open();
        await handled;

        await _deployment.AuditedAsync(host);
        Assert.All(
            triggers.SelectMany(trigger => trigger.Failures), failure => Assert.Equal(StatusResult.Types.Status.Failure, failure.Status));
        Assert.All(triggers, trigger =>
            Assert.Contains("could not be settled within 2 s", trigger.Failures.First().Exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_cancels_the_batches_under_way_and_they_are_handled_after_the_next_start()
    {
        await _deployment.ProduceAsync(orders: 400, seed: 9);
        var host = await _deployment.WorkerAsync(("DOTNET_shutdownTimeoutSeconds", "3"), ("EffectivelyOnce__OutboxLease", "00:00:10"));
        Assert.Equal("true", host.Capabilities["HandlesInvocationCancelMessage"], ignoreCase: true);
        await host.UntilStartedAsync();
        var triggers = _deployment.Triggers(host);
        await Task.WhenAll(triggers.Select(trigger => trigger.NextAsync(Cancellation)));

        // The deadline is longer than the test runs, so that only the cancellation can end the batches.
        _deployment.Tables.Shut();
        var refused = _deployment.Tables.Refused;
        var batches = triggers.ConvertAll(trigger => trigger.NextBatch(Cancellation));
        var answers = triggers.Zip(batches, (trigger, batch) => trigger.DeliverAsync(batch)).ToList();
        await Eventually.TrueAsync(() => _deployment.Tables.Refused > refused, "the batches try to reach the tables");
        Assert.All(answers, answer => Assert.False(answer.IsCompleted));
        await Eventually.TrueAsync(
            () =>
            {
                // A call that has not begun yet cannot be cancelled.
                triggers.ForEach(trigger => host.Cancel(trigger.UnderWay ?? ""));
                return answers.TrueForAll(answer => answer.IsCompleted);
            },
            "the cancelled batches are answered");
        Assert.All(await Task.WhenAll(answers), Assert.False);
        Assert.All(
            triggers, trigger => Assert.Contains("CanceledException", trigger.Failures.Single().Exception.Type, StringComparison.Ordinal));
        await host.TerminateAsync();

        _deployment.Tables.Open();
        var next = await _deployment.WorkerAsync(("EffectivelyOnce__OutboxLease", "00:00:10"));
        await Task.WhenAll(_deployment.Triggers(next).Select(trigger => trigger.RunToEndAsync(Cancellation)));
        await _deployment.AuditedAsync(next);
    }

    [Fact]
    public async Task The_worker_reports_the_functions_that_the_app_means()
    {
        var host = await _deployment.WorkerAsync();

        AssertBinding(host, "BillingServiceConsumer", Kafka("billing"));
        AssertBinding(host, "InventoryServiceConsumer", Kafka("inventory"));
        AssertBinding(host, "NotificationServiceConsumer", Kafka("notification"));
        AssertBinding(host, "GapAudit", Timer("30 * * * * *"));
        AssertBinding(host, "OutboxSweep", Timer("0 * * * * *"));
        AssertBinding(host, "RetentionSweep", Timer("0 15 * * * *"));
        AssertHttp(host, "HealthLive", "get health/live Anonymous");
        AssertHttp(host, "HealthReady", "get health/ready Anonymous");
        AssertHttp(host, "Status", "get status Function");
        AssertHttp(host, "StatusFile", "get status/files/{name} Anonymous");
        AssertHttp(host, "StatusOrder", "get status/order Function");
        AssertHttp(host, "StatusCauses", "get status/dead-letters/causes Function");
        AssertHttp(host, "StatusDeadLetters", "get status/dead-letters Function");
        AssertHttp(host, "StatusDeadLetter", "get status/dead-letters/letter Function");
        AssertHttp(host, "StatusMessages", "get status/messages Function");

        // What changes anything takes the admin key.
        AssertHttp(host, "StatusRedrive", "post status/dead-letters/redrive Admin");
        AssertHttp(host, "StatusResend", "post status/messages/resend Admin");
        AssertHttp(host, "StatusDrop", "post status/messages/drop Admin");
        Assert.Equal(18, host.Functions.Count);

        static string Kafka(string group) => $$"""
            {"name": "records", "type": "kafkaTrigger", "direction": "In", "properties": {"supportsDeferredBinding": "True"},
             "brokerList": "KafkaBrokers", "topic": "%OrdersTopic%", "consumerGroup": "{{group}}", "cardinality": "Many",
             "keyDataType": "Binary", "protocol": "Plaintext", "authenticationMode": "NotSet", "oAuthBearerMethod": "Default"}
            """;

        static string Timer(string schedule) =>
            $$"""{"name": "timer", "type": "timerTrigger", "direction": "In", "schedule": "{{schedule}}"}""";
    }

    [Fact]
    public async Task The_worker_says_by_http_that_it_is_live_and_ready()
    {
        var host = await _deployment.WorkerAsync();
        await host.UntilStartedAsync();

        Assert.Equal("""200 {"status":"healthy","reasons":[]}""", await AskAsync("HealthLive", "/api/health/live"));
        await Eventually.TrueAsync(
            async () => await AskAsync("HealthReady", "/api/health/ready") == """200 {"status":"healthy","reasons":[]}""",
            "the worker is ready");

        async Task<string> AskAsync(string function, string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            using var answer = await host.SendAsync(function, request);
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancellation)}";
        }
    }

    private static void AssertHttp(FunctionsHost host, string function, string expected)
    {
        var trigger = host.Functions[function].RawBindings.Select(binding => JsonNode.Parse(binding)!)
            .Single(binding => (string?)binding["type"] == "httpTrigger");
        Assert.Equal(expected, $"{string.Join(',', trigger["methods"]!.AsArray())} {trigger["route"]} {trigger["authLevel"]}");
    }

    private static void AssertBinding(FunctionsHost host, string function, string expected)
    {
        var reported = host.Functions[function];
        var binding = Assert.Single(reported.RawBindings);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(binding)), $"{function}: {binding}");
        Assert.Equal("FunctionsConsumers.dll", reported.ScriptFile);
    }
}
