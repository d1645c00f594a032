using System.Text;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>A message as it stands in a row that a request writes, by a reading of its own.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Subject">The subject of its event; the coordinates of a dead letter.</param>
/// <param name="Payload">The payload, or the part of it in the head row.</param>
internal sealed record MessageRow(string Id, string Kind, string Subject, byte[] Payload)
{
    private bool IsPart { get; init; }

    /// <summary>Whether it is a message of that payload, as far as the head row holds it.</summary>
    public bool IsOf(byte[] payload) => IsPart ? payload.AsSpan().StartsWith(Payload) : payload.AsSpan().SequenceEqual(Payload);

    /// <summary>The messages of a head row.</summary>
    public static IReadOnlyList<MessageRow> Of(RowOperation head)
    {
        var id = head.RowKey[OutboxRows.Prefix.Length..];
        var kind = (string)head.Columns[OutboxRows.Kind];
        var payload = Enumerable.Range(0, 15)
            .SelectMany(column => head.Columns.TryGetValue($"Payload{column:D2}", out var bytes) ? (byte[])bytes : [])
            .ToArray();
        if (!head.Columns.TryGetValue(OutboxRows.Messages, out var count))
        {
            return [new MessageRow(id, kind, (string)head.Columns[OutboxRows.Subject], payload) { IsPart = true }];
        }

        // Format 1: the number of messages, then id, ticks, subject and payload of each, texts and bytes with their lengths.
        using var reader = new BinaryReader(new MemoryStream(payload), Encoding.UTF8);
        Require(reader.ReadByte() == 1 && reader.Read7BitEncodedInt() == (int)count);
        var messages = new MessageRow[(int)count];
        for (var i = 0; i < messages.Length; i++)
        {
            var name = reader.ReadString();
            _ = reader.ReadInt64();
            messages[i] = new MessageRow(name, kind, reader.ReadString(), reader.ReadBytes(reader.Read7BitEncodedInt()));
        }

        Require(payload.Length == reader.BaseStream.Position && id == messages[0].Id);
        return messages;

        void Require(bool isSo)
        {
            if (!isSo)
            {
                throw new InvalidDataException($"{head.RowKey} is not of format 1.");
            }
        }
    }
}
