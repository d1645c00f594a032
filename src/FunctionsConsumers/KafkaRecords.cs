using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers;

/// <summary>Turns the trigger's records into the library's. No record is refused for its timestamp: the host may leave it out,
/// a producer may write what no calendar holds, and a batch that throws is delivered again for ever.</summary>
internal static class KafkaRecords
{
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static ConsumedRecord[] ToConsumed(this KafkaRecord[] records) => Array.ConvertAll(records, ToConsumed);

    private static ConsumedRecord ToConsumed(KafkaRecord record) => new(
        new Coordinates(record.Topic, record.Partition, record.Offset),
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(record.Timestamp?.UnixTimestampMs ?? 0, 0, Latest)),
        record.Key,
        record.Value,
        record.Headers is { } headers ? Array.ConvertAll(headers, header => new RecordHeader(header.Key, header.Value)) : []);
}
