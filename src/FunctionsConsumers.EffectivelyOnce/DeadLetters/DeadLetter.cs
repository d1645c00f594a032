using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FunctionsConsumers.EffectivelyOnce.Subjects;

namespace FunctionsConsumers.EffectivelyOnce.DeadLetters;

/// <summary>A record that a group could not apply, with everything needed to send it to the dead-letter topic.</summary>
/// <param name="Group">The consumer group.</param>
/// <param name="Reason">One word of the closed list.</param>
/// <param name="Detail">One sentence.</param>
/// <param name="DeadLetteredAt">When, UTC.</param>
/// <param name="Record">The record, with its key, value and headers as they were, as far as they are carried.</param>
/// <param name="OmittedValue">What stands for a value too large to carry; null where it is carried.</param>
/// <param name="OmittedKey">What stands for a key too large to carry; null where it is carried.</param>
/// <param name="OmittedHeaders">What stands for headers too large to carry; null where they are carried.</param>
internal sealed record DeadLetter(
    string Group,
    string Reason,
    string Detail,
    DateTimeOffset DeadLetteredAt,
    ConsumedRecord Record,
    OmittedPart? OmittedValue = null,
    OmittedPart? OmittedKey = null,
    OmittedPart? OmittedHeaders = null)
{
    /// <summary>The kind of message under which the outbox holds dead letters.</summary>
    public const string Kind = "dead-letter";

    // Of whatever length a decoder's words are, the last form of the letter has to fit.
    private const int MaxReason = 100;
    private const int MaxDetail = 1000;

    /// <summary>One word of the closed list, at most 100 characters.</summary>
    public string Reason { get; init; } = Shortened(string.IsNullOrEmpty(Reason) ? DeadLetterReasons.Refused : Reason, MaxReason);

    /// <summary>One sentence, at most 1,000 characters.</summary>
    public string Detail { get; init; } = Shortened(Detail ?? "", MaxDetail);

    /// <summary>The dead-letter topic of a group.</summary>
    public static string TopicOf(string topic, string group) => $"{topic}.{group}.dead-letters";

    /// <summary>Writes the dead letter as the payload of a message.</summary>
    public byte[] ToPayload() => DeadLetterPayload.Write(this);

    /// <summary>Reads a dead letter from a message's payload.</summary>
    /// <exception cref="InvalidDataException">The payload is of another version, or cut off.</exception>
    public static DeadLetter FromPayload(byte[] payload) => DeadLetterPayload.Read(payload);

    /// <summary>
    /// The same dead letter without the largest part of the record that it carries: value, key or headers. Length and hash stand for
    /// it. The last form carries none of them, and fits every table and every broker. Null if there is none.
    /// </summary>
    public DeadLetter? Smaller()
    {
        var value = OmittedValue is null ? Record.Value?.Length ?? 0 : 0;
        var key = OmittedKey is null ? Record.Key?.Length ?? 0 : 0;
        var headers = OmittedHeaders is null ? LengthOf(Record.Headers) : 0;
        return Math.Max(Math.Max(value, key), headers) switch
        {
            0 => null,
            var largest when largest == value =>
                this with { OmittedValue = OmittedPart.Of(Record.Value!), Record = Record with { Value = null } },
            var largest when largest == headers =>
                this with { OmittedHeaders = OmittedPart.Of(Record.Headers), Record = Record with { Headers = [] } },
            _ => this with { OmittedKey = OmittedPart.Of(Record.Key!), Record = Record with { Key = null } },
        };
    }

    private static long LengthOf(IReadOnlyList<RecordHeader> headers) =>
        headers.Sum(header => header.Name.Length + (long)(header.Value?.Length ?? 0));

    private static string Shortened(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}

/// <summary>What stands for a part of a record that is too large to carry.</summary>
/// <param name="Length">Its length in bytes; of headers, that of all names and values.</param>
/// <param name="Sha256">
/// Its SHA-256, 64 hex digits; of headers, that of each name and value in order, each with its length before it as four
/// bytes, the lowest first, and -1 for no value.
/// </param>
internal sealed record OmittedPart(long Length, string Sha256)
{
    internal static OmittedPart Of(byte[] bytes) => new(bytes.Length, Fingerprint.Of(bytes));

    internal static OmittedPart Of(IReadOnlyList<RecordHeader> headers)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        foreach (var header in headers)
        {
            Append(Encoding.UTF8.GetBytes(header.Name));
            Append(header.Value);
        }

        return new OmittedPart(length, Convert.ToHexStringLower(hash.GetHashAndReset()));

        void Append(byte[]? part)
        {
            Span<byte> size = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(size, part?.Length ?? -1);
            hash.AppendData(size);
            hash.AppendData(part ?? []);
            length += part?.Length ?? 0;
        }
    }
}
