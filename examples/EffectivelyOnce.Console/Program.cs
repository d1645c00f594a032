using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args); // settings: KafkaBrokers, OrderTables
builder.Services.AddEffectivelyOnce(builder.Configuration).AddSingleton<IEventDecoder<Payment>, PaymentDecoder>().AddConsumer<Payment, Ledger>("ledger", "payments");
using var host = builder.Build();
await host.StartAsync(); // from here on the outbox is sent and progress is noted
var ledger = host.Services.GetRequiredKeyedService<IBatchProcessor>("ledger");
var stop = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
var config = new ConsumerConfig { GroupId = ledger.Group, EnableAutoOffsetStore = false, AutoOffsetReset = AutoOffsetReset.Earliest };
// With a handler, partitions go only inside Consume, never while a batch is in hand.
using var kafka = new ConsumerBuilder<byte[], byte[]>(host.Services.GetRequiredService<KafkaConnection>().Apply(config)).SetPartitionsRevokedHandler((_, _) => { }).Build();
kafka.Subscribe("payments");
while (!stop.IsCancellationRequested)
{
    var read = new List<ConsumeResult<byte[], byte[]>>();
    while (read.Count < 1000 && kafka.Consume(read.Count == 0 ? 1000 : 0) is { } next) read.Add(next);
    if (read.Count == 0) continue;
    Console.WriteLine(await ledger.ProcessAsync([.. read.Select(result => result.ToConsumedRecord())], CancellationToken.None)); // throws: nothing is stored, all comes again
    foreach (var result in read.Where(result => kafka.Assignment.Contains(result.TopicPartition))) kafka.StoreOffset(result);
}
kafka.Close();
await host.StopAsync();

internal sealed record Payment(string Id, long Cents); // the value of a record: "<id> <cents>"
internal sealed class PaymentDecoder : IEventDecoder<Payment>
{
    public Decoded<Payment> Decode(ConsumedRecord record) =>
        Encoding.UTF8.GetString(record.Value ?? []).Split(' ') is [{ Length: > 0 } id, var text] && long.TryParse(text, out var cents)
            ? new(new Payment(id, cents), Subject: id, EventId: null, Rejection: null)
            : new(null, null, null, new Rejection("not-a-payment", "A payment is its id, a space, and its cents."));
    public ValueTask RefreshAsync(CancellationToken cancellationToken) => default;
}
internal sealed class Ledger : IConsumer<Payment>
{
    public string Group => "ledger";
    public string EffectKind => "entry"; // one row for each payment: entry!<id>
    public Plan Plan(Payment payment, EventIdentity identity) => new() { Effect = new Dictionary<string, object> { ["Cents"] = payment.Cents } };
}
