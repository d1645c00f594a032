using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers;

/// <summary>
/// Turns the trigger's records into the library's. No record is refused for its timestamp: the host may leave it out, a producer
/// may write what no calendar holds, and a batch that throws is delivered again for ever. The gap audit reads records by the
/// same rule, so that one record has one timestamp.
/// </summary>
internal static class KafkaRecords
{
    public static ConsumedRecord[] ToConsumed(this KafkaRecord[] records) => Array.ConvertAll(records, ToConsumed);

    private static ConsumedRecord ToConsumed(KafkaRecord record) => new(
        new Coordinates(record.Topic, record.Partition, record.Offset),
        KafkaResults.TimestampOf(record.Timestamp?.UnixTimestampMs ?? 0),
        record.Key,
        record.Value,
        record.Headers is { } headers ? Array.ConvertAll(headers, header => new RecordHeader(header.Key ?? "", header.Value)) : []);
}
