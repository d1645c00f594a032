using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>What an outbox message of the kind <c>email</c> carries: JSON with <c>to</c>, <c>subject</c> and <c>text</c>.</summary>
/// <param name="To">The recipient, one plain address.</param>
/// <param name="Subject">The subject, without control characters.</param>
/// <param name="Text">The text, in lines that end with a line feed.</param>
public sealed record EmailPayload(string To, string Subject, string Text)
{
    /// <summary>The kind of message.</summary>
    public const string Kind = "email";

    /// <summary>The payload's bytes.</summary>
    /// <returns>JSON in UTF-8.</returns>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, EmailJson.Payload);

    /// <summary>Reads a payload.</summary>
    /// <param name="payload">What <see cref="ToBytes" /> made.</param>
    /// <returns>The payload; null where the bytes are none.</returns>
    public static EmailPayload? TryRead(byte[] payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, EmailJson.Payload);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The payload's JSON. It is never put into HTML, so it need not be escaped for it.</summary>
[JsonSerializable(typeof(EmailPayload))]
internal sealed partial class EmailJson : JsonSerializerContext
{
    public static JsonTypeInfo<EmailPayload> Payload { get; } = new EmailJson(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    }).EmailPayload;
}
