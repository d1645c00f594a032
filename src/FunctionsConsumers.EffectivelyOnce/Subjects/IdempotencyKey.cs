using System.Text;

namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>
/// Finds a record's idempotency key: the header <c>idempotency-key</c>, else the CloudEvents headers <c>ce_source</c> and
/// <c>ce_id</c> joined by a space, else the header <c>message-id</c> of a record that another group's outbox sent, else the
/// event's own id, else its subject.
/// </summary>
internal static class IdempotencyKey
{
    /// <summary>The longest key, in characters: that of every text the contract allows.</summary>
    public const int MaxLength = 1000;

    private const string Header = "idempotency-key";
    private const string CloudEventsSource = "ce_source";
    private const string CloudEventsId = "ce_id";
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Finds the key.</summary>
    /// <param name="record">The record.</param>
    /// <param name="eventId">The event's own id; null or empty for none.</param>
    /// <param name="subject">The event's subject; null for none.</param>
    /// <returns>The key; null where there is none at all.</returns>
    public static string? Of(ConsumedRecord record, string? eventId, string? subject)
    {
        if (record.Headers.Count > 0)
        {
            if (record.LastHeader(Header) is { Length: > 0 } header)
            {
                return Text(header);
            }

            if (record.LastHeader(CloudEventsSource) is { Length: > 0 } source && record.LastHeader(CloudEventsId) is { Length: > 0 } id)
            {
                return Text(source) + " " + Text(id);
            }

            if (record.LastHeader(TopicMessage.IdHeader) is { Length: > 0 } message)
            {
                return Text(message);
            }
        }

        return string.IsNullOrEmpty(eventId) ? subject : eventId;
    }

    // A key of bytes that are no UTF-8 is their hexadecimal form behind U+FFFD, which no strictly decoded text of a sane
    // producer begins with; replacing the bytes one by one would make different keys equal.
    private static string Text(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return "�" + Convert.ToHexStringLower(bytes);
        }
    }
}
