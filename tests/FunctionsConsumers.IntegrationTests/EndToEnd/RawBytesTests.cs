using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.IntegrationTests.EndToEnd;

[Collection<OnRealKafka>]
public sealed class RawBytesTests(RealKafka kafka, EmptyTables tables)
{
    private static readonly byte[] Key = [0xff, 0xfe, 0x80];
    private static readonly byte[] Header = [0xc3, 0x28];
    private static readonly byte[] NoOrder = [0x7b, 0xff, 0x7d];

    [Fact]
    public async Task Keys_and_headers_that_are_no_UTF8_are_handled_kept_as_they_are_on_dead_letters_and_printed()
    {
        await using var deployment = await Deployment.MakeAsync(kafka, tables, partitions: 1);
        await deployment.StartHostAsync();

        // The idempotency keys differ, and would not if their bytes were replaced one by one.
        TrafficRecord[] records =
        [
            Record("""{"order_id": "1", "product": "Laptop"}""", [0xff, 1]),
            Record("""{"order_id": "1", "product": "Laptop"}""", [0xff, 1]),
            Record("""{"order_id": "1", "product": "Phone"}""", [0xff, 1]),
            Record("""{"order_id": "1", "product": "Phone"}""", [0xfe, 1]),
            Record("""{"order_id": "2", "product": "Phone"}""", [0xfe, 2]),
            new TrafficRecord(Key, NoOrder, [new("note", Header)], TrafficKind.Poison),
        ];
        deployment.Produce(records, _ => 0);

        var report = await deployment.AuditedAsync();
        Assert.Equal((6, 2, 1), (report.Records, report.DistinctOrders, report.Poison));
        Assert.All(report.Groups, group => Assert.Equal((2, 1, 3), (group.Applied, group.Duplicates, group.DeadLettered)));
        using var reader = new TopicReader(new KafkaConnection(deployment.Brokers).Apply(new ClientConfig()));
        foreach (var group in Groups.All)
        {
            var letters = DeadLetters(reader, $"{deployment.Topic}.{group}.dead-letters").OrderBy(
                letter => Text(letter, "dead-letter-offset")).ToList();
            Assert.Equal(["key-reused", "order-exists", "not-json"], letters.Select(letter => Text(letter, "dead-letter-reason")));
            Assert.All(letters, letter => Assert.Equal(Key, letter.Key));
            Assert.All(letters, letter => Assert.Equal(Header, letter.Headers.GetLastBytes("note")));
            Assert.Equal([0xfe, 1], letters[1].Headers.GetLastBytes("idempotency-key"));
            Assert.Equal(NoOrder, letters[2].Value);
        }

        var tail = await deployment.Fc.RunAsync($"tail {deployment.Topic} {deployment.At} --from-beginning --max 6");
        Assert.True(tail.ExitCode == 0, tail.ToString());
        Assert.EndsWith("Received message: {\uFFFD} from partition 0\n", tail.Out, StringComparison.Ordinal);
        var list = await deployment.Fc.RunAsync($"dead-letters list {deployment.At} --json");
        Assert.True(list.ExitCode == 0, list.ToString());
        Assert.All(JsonNode.Parse(list.Out)!.AsArray(), letter => Assert.Equal("\uFFFD\uFFFD\uFFFD", (string)letter!["key"]!));
    }

    private static TrafficRecord Record(string value, byte[] idempotencyKey) =>
        new(Key, Encoding.UTF8.GetBytes(value), [new("note", Header), new("idempotency-key", idempotencyKey)], TrafficKind.Order);

    private static List<Message<byte[]?, byte[]?>> DeadLetters(TopicReader reader, string topic)
    {
        var letters = new List<Message<byte[]?, byte[]?>>();
        reader.Read(topic, reader.Offsets(topic), record => letters.Add(record.Message), TestContext.Current.CancellationToken);
        return letters;
    }

    private static string Text(Message<byte[]?, byte[]?> letter, string header) =>
        Encoding.UTF8.GetString(letter.Headers.GetLastBytes(header));
}
