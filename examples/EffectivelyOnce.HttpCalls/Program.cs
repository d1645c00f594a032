using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using EffectivelyOnce.HttpCalls;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Orders a label for each parcel, by an HTTP call to a carrier that is no part of the transaction.
// Settings: KafkaBrokers, OrderTables, HttpCallAddress, and EffectivelyOnce__InDoubt for a call whose answer was lost.
var builder = Host.CreateApplicationBuilder(args);
builder.Services
    .AddEffectivelyOnce(builder.Configuration)
    .AddMessageSender<HttpCallSender>() // the own kind of message: that is all it takes
    .AddSingleton<IEventDecoder<Parcel>, ParcelDecoder>()
    .AddConsumer<Parcel, LabelConsumer>("labels", "parcels");
using var host = builder.Build();
await host.StartAsync();
var labels = host.Services.GetRequiredKeyedService<IBatchProcessor>("labels");
var stop = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
var config = new ConsumerConfig { GroupId = labels.Group, EnableAutoOffsetStore = false, AutoOffsetReset = AutoOffsetReset.Earliest };

// With a handler, partitions go only inside Consume, never while a batch is in hand.
using var kafka = new ConsumerBuilder<byte[], byte[]>(host.Services.GetRequiredService<KafkaConnection>().Apply(config)).SetPartitionsRevokedHandler((_, _) => { }).Build();
kafka.Subscribe("parcels");
while (!stop.IsCancellationRequested)
{
    var read = new List<ConsumeResult<byte[], byte[]>>();
    while (read.Count < 1000 && kafka.Consume(read.Count == 0 ? 1000 : 0) is { } next)
    {
        read.Add(next);
    }

    if (read.Count > 0)
    {
        Console.WriteLine(await labels.ProcessAsync([.. read.Select(result => result.ToConsumedRecord())], CancellationToken.None));
        foreach (var result in read.Where(result => kafka.Assignment.Contains(result.TopicPartition)))
        {
            kafka.StoreOffset(result);
        }
    }
}

kafka.Close();
await host.StopAsync();

/// <summary>A parcel; the value of a record is its id, a blank, and where it goes.</summary>
internal sealed record Parcel(string Id, string To);

internal sealed class ParcelDecoder : IEventDecoder<Parcel>
{
    public Decoded<Parcel> Decode(ConsumedRecord record) =>
        Encoding.UTF8.GetString(record.Value ?? []).Split(' ', 2) is [{ Length: > 0 } id, { Length: > 0 } to]
            ? new(new Parcel(id, to), Subject: id, EventId: null, Rejection: null)
            : new(null, null, null, new Rejection("not-a-parcel", "A parcel is its id, a space, and where it goes."));

    public ValueTask RefreshAsync(CancellationToken cancellationToken) => default;
}

/// <summary>Plans one row <c>label!&lt;id&gt;</c>, and in the same transaction the call that orders the label.</summary>
internal sealed class LabelConsumer : IConsumer<Parcel>
{
    public string Group => "labels";

    public string EffectKind => "label";

    public Plan Plan(Parcel parcel, EventIdentity identity) => new()
    {
        Effect = new Dictionary<string, object> { ["To"] = parcel.To },
        Messages = [new PlannedMessage(HttpCallSender.HttpCall, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["parcel"] = parcel.Id, ["to"] = parcel.To }))],
    };
}
