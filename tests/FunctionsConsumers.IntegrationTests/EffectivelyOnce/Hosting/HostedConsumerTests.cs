using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Data.Tables;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.IntegrationTests.Worker;
using FunctionsConsumers.LocalHost.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionsConsumers.IntegrationTests.EffectivelyOnce.Hosting;

/// <summary>A consumer that the library hosts, on a mock cluster and tables behind a gate.</summary>
/// <param name="azurite">The tables.</param>
public sealed class HostedConsumerTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly MockCluster _cluster = MockCluster.Start();
    private TableGate _gate = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _gate = new TableGate(azurite.ConnectionString);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.DisposeAsync();
        _cluster.Dispose();
    }

    [Fact]
    public async Task One_group_applies_the_events_of_two_topics_once_each()
    {
        _cluster.CreateTopic("sales", 2);
        _cluster.CreateTopic("returns", 2);
        await ProduceAsync("sales", 0, 20);
        await ProduceAsync("returns", 20, 20);
        await ProduceAsync("returns", 10, 20);
        using var host = Host<Booking>("sales", "returns");
        await host.StartAsync(Cancellation);

        await Eventually.TrueAsync(() => Committed<Booking>("sales", "returns") == 60, "all 60 records are committed");
        await host.StopAsync(Cancellation);

        Assert.Equal(Enumerable.Range(0, 40).Select(number => $"booking!{number:00}"), await RowsAsync<Booking>("booking!"));
    }

    [Fact]
    public async Task A_batch_outlasts_an_outage_of_the_tables_that_is_longer_than_its_deadline()
    {
        _cluster.CreateTopic("trips", 2);
        using var host = Host<Journey>("trips");
        await host.StartAsync(Cancellation);
        await ProduceAsync("trips", 0, 10);
        await Eventually.TrueAsync(() => Committed<Journey>("trips") == 10, "the first 10 records are committed");

        _gate.Shut();
        await ProduceAsync("trips", 10, 10);
        var failures = _gate.Refused;
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(
            () => _gate.Refused > failures && TimeProvider.System.GetElapsedTime(since) > 3 * Deadline, "three deadlines are over");
        Assert.Equal(10, Committed<Journey>("trips"));
        _gate.Open();

        await Eventually.TrueAsync(() => Committed<Journey>("trips") == 20, "the other 10 are committed");
        await host.StopAsync(Cancellation);
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"trip!{number:00}"), await RowsAsync<Journey>("trip!"));
    }

    [Fact]
    public async Task A_host_that_starts_while_the_tables_are_away_goes_to_work_when_they_are_back()
    {
        _cluster.CreateTopic("visits", 1);
        await ProduceAsync("visits", 0, 5);
        _gate.Shut();
        using var host = Host<Visit>("visits");
        await host.StartAsync(Cancellation);
        await Eventually.TrueAsync(() => _gate.Refused > 0, "the tables are asked in vain");
        _gate.Open();

        await Eventually.TrueAsync(() => Committed<Visit>("visits") == 5, "all 5 records are committed");
        await host.StopAsync(Cancellation);
        Assert.Equal(5, (await RowsAsync<Visit>("visit!")).Count);
    }

    [Fact]
    public async Task A_group_that_starts_at_the_end_by_code_passes_over_what_was_there()
    {
        _cluster.CreateTopic("news", 1);
        await ProduceAsync("news", 0, 10);
        using var host = Host<Bulletin>(options => options with { StartsAt = GroupStart.Latest }, "news");
        await host.StartAsync(Cancellation);

        // The position is looked up after the assignment: records are written until the first one is read.
        var next = 10;
        await Eventually.TrueAsync(async () =>
        {
            await ProduceAsync("news", next++, 1);
            return Committed<Bulletin>("news") > 0;
        }, "a record");
        await host.StopAsync(Cancellation);
        Assert.DoesNotContain("bulletin!09", await RowsAsync<Bulletin>("bulletin!"));
    }

    [Fact]
    public async Task A_record_that_one_group_plans_for_a_topic_is_the_next_groups_event_under_the_messages_id()
    {
        _cluster.CreateTopic("parcels", 1);
        _cluster.CreateTopic("labels", 1);
        await ProduceAsync("parcels", 1, 1);
        using var host = Host(
            builder => builder.AddKafkaConsumer<Entry, Forwarding>("parcels").AddKafkaConsumer<Entry, Labelling>("labels"));
        await host.StartAsync(Cancellation);
        await Eventually.TrueAsync(() => Committed<Labelling>("labels") == 1, "the next group has the record");
        await host.StopAsync(Cancellation);

        var rows = new TableServiceClient(azurite.ConnectionString).GetTableClient(Labelling.Group);
        var row = await rows.QueryAsync<TableEntity>(row => row.RowKey == "label!p-01", cancellationToken: Cancellation).SingleAsync(
            Cancellation);
        Assert.Equal(MessageId.Of(Forwarding.Group, "01", "01", 0), row.GetString("Key"));
    }

    private static TimeSpan Deadline => TimeSpan.FromSeconds(1);

    private IHost Host<TPlanner>(params string[] topics)
        where TPlanner : class, IEventPlanner<Entry> =>
            Host<TPlanner>(options => options with { SessionTimeout = TimeSpan.FromSeconds(2) }, topics);

    private IHost Host<TPlanner>(Func<KafkaConsumerOptions, KafkaConsumerOptions> options, params string[] topics)
        where TPlanner : class, IEventPlanner<Entry> => Host(builder => builder.AddKafkaConsumer<Entry, TPlanner>(options, topics));

    private IHost Host(Action<EffectivelyOnceBuilder> add)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["KafkaBrokers"] = _cluster.Brokers;
        builder.Configuration["Tables"] = _gate.ConnectionString;
        add(builder.Services.AddEffectivelyOnce(builder.Configuration,
            setup => setup.Options = setup.Options with { BatchDeadline = Deadline })
            .AddJsonEvents<Entry>(EntryJson.Default.Entry, subject: entry => entry.Id));
        return builder.Build();
    }

    private async Task ProduceAsync(string topic, int from, int count)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _cluster.Brokers }).Build();
        foreach (var number in Enumerable.Range(from, count))
        {
            await producer.ProduceAsync(topic, new Message<Null, string> { Value = $$"""{"Id":"{{number:00}}"}""" }, Cancellation);
        }
    }

    private long Committed<TPlanner>(params string[] topics)
        where TPlanner : IEventPlanner<Entry>
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = _cluster.Brokers, GroupId = TPlanner.Group }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = topics.SelectMany(topic => admin.GetMetadata(topic,
            TimeSpan.FromSeconds(30)).Topics[0].Partitions.Select(partition => new TopicPartition(topic, partition.PartitionId)));
        return consumer.Committed(partitions, TimeSpan.FromSeconds(30)).Sum(
            offset => offset.Offset == Offset.Unset ? 0 : offset.Offset.Value);
    }

    private async Task<List<string>> RowsAsync<TPlanner>(string prefix)
        where TPlanner : IEventPlanner<Entry>
    {
        var rows = new List<string>();
        await foreach (var row in new TableServiceClient(azurite.ConnectionString).GetTableClient(TPlanner.Group)
            .QueryAsync<TableEntity>(cancellationToken: Cancellation))
        {
            if (row.RowKey.StartsWith(prefix, StringComparison.Ordinal))
            {
                rows.Add(row.RowKey);
            }
        }

        return [.. rows.Order(StringComparer.Ordinal)];
    }

    private sealed class Booking : IEventPlanner<Entry>
    {
        public static string Group => "bookings";

        public static string EffectKind => "booking";

        public Plan Plan(Entry entry, EventIdentity identity) => new();
    }

    private sealed class Journey : IEventPlanner<Entry>
    {
        public static string Group => "journeys";

        public static string EffectKind => "trip";

        public Plan Plan(Entry entry, EventIdentity identity) => new();
    }

    private sealed class Visit : IEventPlanner<Entry>
    {
        public static string Group => "visitors";

        public static string EffectKind => "visit";

        public Plan Plan(Entry entry, EventIdentity identity) => new();
    }

    private sealed class Forwarding : IEventPlanner<Entry>
    {
        public static string Group => "forwarders";

        public static string EffectKind => "forwarded";

        public Plan Plan(Entry entry, EventIdentity identity) => new()
        {
            Messages = [PlannedMessage.ToTopic("labels", null,
                JsonSerializer.SerializeToUtf8Bytes(new Entry("p-" + entry.Id), EntryJson.Default.Entry))],
        };
    }

    private sealed class Labelling : IEventPlanner<Entry>
    {
        public static string Group => "labellers";

        public static string EffectKind => "label";

        public Plan Plan(Entry entry, EventIdentity identity) => new();
    }

    private sealed class Bulletin : IEventPlanner<Entry>
    {
        public static string Group => "readers";

        public static string EffectKind => "bulletin";

        public Plan Plan(Entry entry, EventIdentity identity) => new();
    }
}

/// <summary>An event that is nothing but its id.</summary>
internal sealed record Entry(string Id);

[JsonSerializable(typeof(Entry))]
internal sealed partial class EntryJson : JsonSerializerContext;
