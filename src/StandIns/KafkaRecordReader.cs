using Google.Protobuf;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>
/// Reads the host's protobuf of a record. A key or value that is not there is null, which is not the same as empty. Fields
/// of other numbers are passed over, as protobuf has it.
/// </summary>
internal static class KafkaRecordReader
{
    // A tag is the field's number and how its value is written.
    private const uint Varint = 0;
    private const uint Bytes = 2;

    public static KafkaRecord Read(ReadOnlyMemory<byte> content)
    {
        var record = new KafkaRecord { Topic = "" };
        var headers = new List<KafkaHeader>();
        using var input = new CodedInputStream(content.ToArray());
        while (input.ReadTag() is var tag and not 0)
        {
            switch (tag)
            {
                case (1 << 3) | Bytes: record.Topic = input.ReadString(); break;
                case (2 << 3) | Varint: record.Partition = input.ReadInt32(); break;
                case (3 << 3) | Varint: record.Offset = input.ReadInt64(); break;
                case (4 << 3) | Bytes: record.Key = input.ReadBytes().ToByteArray(); break;
                case (5 << 3) | Bytes: record.Value = input.ReadBytes().ToByteArray(); break;
                case (6 << 3) | Bytes: record.Timestamp = ReadTimestamp(input.ReadBytes()); break;
                case (7 << 3) | Bytes: headers.Add(ReadHeader(input.ReadBytes())); break;
                default: input.SkipLastField(); break;
            }
        }

        record.Headers = [.. headers];
        return record;
    }

    private static KafkaTimestamp ReadTimestamp(ByteString content)
    {
        var timestamp = new KafkaTimestamp();
        using var input = content.CreateCodedInput();
        while (input.ReadTag() is var tag and not 0)
        {
            switch (tag)
            {
                case (1 << 3) | Varint: timestamp.UnixTimestampMs = input.ReadInt64(); break;
                case (2 << 3) | Varint: timestamp.Type = (KafkaTimestampType)input.ReadInt32(); break;
                default: input.SkipLastField(); break;
            }
        }

        timestamp.Type = Enum.IsDefined(timestamp.Type) ? timestamp.Type : KafkaTimestampType.NotAvailable;
        return timestamp;
    }

    private static KafkaHeader ReadHeader(ByteString content)
    {
        var header = new KafkaHeader { Key = "" };
        using var input = content.CreateCodedInput();
        while (input.ReadTag() is var tag and not 0)
        {
            switch (tag)
            {
                case (1 << 3) | Bytes: header.Key = input.ReadString(); break;
                case (2 << 3) | Bytes: header.Value = input.ReadBytes().ToByteArray(); break;
                default: input.SkipLastField(); break;
            }
        }

        return header;
    }
}
