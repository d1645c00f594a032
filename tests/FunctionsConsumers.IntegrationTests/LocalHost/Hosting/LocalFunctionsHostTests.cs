using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionsConsumers.IntegrationTests.LocalHost.Hosting;

/// <summary>
/// The host with function classes of its own; the report that it writes is one for each process, so these run one after the other.
/// </summary>
[Collection(OrdersOnServices.Collection)]
public sealed class LocalFunctionsHostTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("local-host").FullName;
    private readonly StringWriter _log = new();
    private EmbeddedServices _services = null!;

    public async ValueTask InitializeAsync()
    {
        _services = await EmbeddedServices.StartAsync(
            kafka: true, tables: false, "order-events", 3, TestContext.Current.CancellationToken);
        HostJson("""{"commitOnFailure": false, "maxRetries": -1, "sessionTimeoutMs": 2000}""");
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _log.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_functions_class_is_fed_with_what_was_produced_and_the_host_lists_and_reports_it()
    {
        var inbox = new Inbox();
        await using (var host = await StartAsync<Listening>(inbox))
        {
            Assert.Equal([new LocalFunction("listening", "kafkaTrigger", "billing", "order-events")], host.Functions);
            Assert.Equal(_services.Brokers, host.Kafka.Brokers);
            Assert.Equal("order-events", host.Topic);
            Assert.Same(inbox, host.Services.GetRequiredService<Inbox>());

            await ProduceAsync("order-events", "one");
            await Eventually.TrueAsync(() => inbox.Values.Contains("one"), "the record");
            var report = Assert.Single(HostReport.All(), report => report.Pid == Environment.ProcessId);
            var member = Assert.Single(report.Members);
            Assert.Equal("billing", member.Group);
            Assert.NotEqual("", member.Id);
            Assert.Equal([0, 1, 2], member.Partitions);
        }

        Assert.DoesNotContain(HostReport.All(), report => report.Pid == Environment.ProcessId);
        Assert.Contains("Functions:", _log.ToString(), StringComparison.Ordinal);
        Assert.Contains("listening: kafkaTrigger, group billing, topic order-events", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_topic_is_made()
    {
        var inbox = new Inbox();
        await using var host = await StartAsync<Listening>(inbox, new LocalHostOptions { Brokers = _services.Brokers, Topic = "other" });
        await ProduceAsync("other", "two");
        await Eventually.TrueAsync(() => inbox.Values.Contains("two"), "the record");
        Assert.Contains("Topic other made", _log.ToString(), StringComparison.Ordinal);
        Assert.Contains("Topic other.billing.dead-letters made", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timer_function_that_fails_after_the_stop_was_asked_for_keeps_nothing_from_being_stopped()
    {
        var inbox = new Inbox();
        var app = new StoppedApp();
        var host = await LocalFunctionsHost.StartAsync(
            new LocalHostOptions { Brokers = _services.Brokers, ScriptRoot = _folder, Log = TextWriter.Synchronized(_log) },
            [typeof(Listening), typeof(FailsWhenStopped)],
            (services, _) => services.AddSingleton(inbox).AddSingleton(app).AddSingleton<IHostedService>(app),
            TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => inbox.Values.Contains("called"), "the timer's call");
        await host.StopAsync(TimeSpan.FromSeconds(30));
        Assert.True(app.IsStopped);
        Assert.DoesNotContain(HostReport.All(), report => report.Pid == Environment.ProcessId);
        Assert.Contains("the connection broke", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_warnings_are_printed_when_it_is_quiet()
    {
        await using (await StartAsync<Listening>(new Inbox(), new LocalHostOptions { Brokers = _services.Brokers, Quiet = true }))
        {
        }

        // That it runs on the stand-in the host says always.
        var lines = _log.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.StartsWith("Built on the stand-in", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broker_that_cannot_be_reached_is_an_error_of_one_line_that_names_it()
    {
        var error = await Assert.ThrowsAsync<LocalHostException>(
            () => StartAsync<Listening>(new Inbox(), new LocalHostOptions { Brokers = "127.0.0.1:1" }));
        Assert.StartsWith(
            "Kafka at 127.0.0.1:1 (setting KafkaBrokers) gave no answer within 10 s", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task An_http_function_is_served_on_loopback_to_this_machines_own_callers_alone()
    {
        await using var host = await StartAsync<Asked>(new Inbox(), new LocalHostOptions { Brokers = _services.Brokers, HttpPort = 0 });
        Assert.Equal(new LocalFunction("asked", "httpTrigger", null, null, null, $"[GET,POST] {host.HttpAddress}/api/asked/{{what}}"),
            Assert.Single(host.Functions));
        Assert.Equal("127.0.0.1", new Uri(host.HttpAddress!).Host);
        using var client = new HttpClient { BaseAddress = new Uri(host.HttpAddress!) };

        Assert.Equal(
            "GET this", await client.GetStringAsync(new Uri("/api/asked/this", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(HttpMethod.Post));
        Assert.Equal(HttpStatusCode.NotFound, await SendAsync(HttpMethod.Get, path: "/asked/this"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await SendAsync(HttpMethod.Delete));
        Assert.Equal(HttpStatusCode.InternalServerError, await SendAsync(HttpMethod.Get, path: "/api/asked/failure"));
        Assert.Contains("asked failed: as it was told", _log.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Post, ("Origin", "http://attacker.example")));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Post, ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(HttpMethod.Get, ("Host", "attacker.example")));

        async Task<HttpStatusCode> SendAsync(
            HttpMethod method, (string Name, string Value)? header = null, string path = "/api/asked/this")
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
            if (header is { } given)
            {
                request.Headers.TryAddWithoutValidation(given.Name, given.Value);
            }

            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_an_error_where_it_was_named_and_another_one_is_found_where_it_was_not()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var error = await Assert.ThrowsAsync<LocalHostException>(
            () => StartAsync<Asked>(new Inbox(), new LocalHostOptions { Brokers = _services.Brokers, HttpPort = port }));
        Assert.Equal($"Port {port} on 127.0.0.1 is taken: name another with --http, or 0 for any free one.", error.Message);

        await using var first = await StartAsync<Asked>(new Inbox());
        await using var second = await StartAsync<Asked>(new Inbox());
        Assert.NotEqual(first.HttpAddress, second.HttpAddress);
    }

    [Fact]
    public async Task The_port_may_stand_in_local_settings()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "local.settings.json"), $"{{\"Values\": {{}}, \"Host\": {{\"LocalHttpPort\": {port}}}}}",
            TestContext.Current.CancellationToken);
        await using var host = await StartAsync<Asked>(new Inbox());
        Assert.Equal($"http://127.0.0.1:{port}", host.HttpAddress);
    }

    [Fact]
    public async Task A_wrong_option_in_host_json_is_an_error_before_anything_is_started()
    {
        HostJson("""{"maxBatchSize": 0}""");
        var error = await Assert.ThrowsAsync<LocalHostException>(() => StartAsync<Listening>(new Inbox()));
        Assert.Contains("extensions.kafka.maxBatchSize is 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_a_trigger_names_and_nobody_set_is_an_error()
    {
        var error = await Assert.ThrowsAsync<LocalHostException>(() => StartAsync<NamesMissingSetting>(new Inbox()));
        Assert.StartsWith("naming names the setting NoSuchTopic, which is missing", error.Message, StringComparison.Ordinal);
    }

    private void HostJson(string kafka) =>
        File.WriteAllText(Path.Combine(_folder, "host.json"), "{\"version\": \"2.0\", \"extensions\": {\"kafka\": " + kafka + "}}");

    private Task<LocalFunctionsHost> StartAsync<T>(Inbox inbox, LocalHostOptions? options = null) => LocalFunctionsHost.StartAsync(
        (options ?? new LocalHostOptions { Brokers = _services.Brokers }) with
        {
            ScriptRoot = _folder,
            Log = TextWriter.Synchronized(_log),
        },
        [typeof(T)],
        (services, _) => services.AddSingleton(inbox),
        TestContext.Current.CancellationToken);

    private async Task ProduceAsync(string topic, string value)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _services.Brokers }).Build();
        await producer.ProduceAsync(topic, new Message<Null, string> { Value = value }, TestContext.Current.CancellationToken);
    }

#pragma warning disable CA1034 // A function class is public.
    public sealed class Inbox
    {
        public ConcurrentBag<string> Values { get; } = [];
    }

    public sealed class Listening(Inbox inbox)
    {
        [Function("listening")]
        public Task Run(
            [KafkaTrigger("KafkaBrokers", "%OrdersTopic%", ConsumerGroup = "billing", IsBatched = true,
                KeyDataType = KafkaMessageKeyType.Binary)]
            KafkaRecord[] records,
            CancellationToken cancellationToken)
        {
            foreach (var record in records)
            {
                inbox.Values.Add(Encoding.UTF8.GetString(record.Value!));
            }

            return Task.CompletedTask;
        }
    }

    public sealed class Asked
    {
        [Function("asked")]
        public static Task<IResult> Run([HttpTrigger("get", "post", Route = "asked/{what}")] HttpRequest request) =>
            request.RouteValues["what"] is "failure"
                ? throw new InvalidOperationException("as it was told")
                : Task.FromResult(Results.Text($"{request.Method} {request.RouteValues["what"]}"));
    }

    public sealed class FailsWhenStopped(Inbox inbox)
    {
        [Function("failing")]
        public async Task Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer, CancellationToken stop)
        {
            inbox.Values.Add("called");
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            throw new InvalidOperationException("the connection broke");
        }
    }

    public sealed class StoppedApp : IHostedService
    {
        public bool IsStopped { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            IsStopped = true;
            return Task.CompletedTask;
        }
    }

    public sealed class NamesMissingSetting
    {
        [Function("naming")]
        public static Task Run(
            [KafkaTrigger("KafkaBrokers", "%NoSuchTopic%", ConsumerGroup = "billing", IsBatched = true,
                KeyDataType = KafkaMessageKeyType.Binary)]
            KafkaRecord[] records) => Task.CompletedTask;
    }
#pragma warning restore CA1034
}
