using FunctionsConsumers.EffectivelyOnce.Batches;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers;

/// <summary>Turns the trigger's records into the library's.</summary>
internal static class KafkaRecords
{
    public static ConsumedRecord[] ToConsumed(this KafkaRecord[] records) => Array.ConvertAll(records, ToConsumed);

    private static ConsumedRecord ToConsumed(KafkaRecord record) => new(
        new Coordinates(record.Topic, record.Partition, record.Offset),
        record.Timestamp.DateTimeOffset,
        record.Key,
        record.Value,
        record.Headers is { } headers ? Array.ConvertAll(headers, header => new RecordHeader(header.Key, header.Value)) : []);
}
