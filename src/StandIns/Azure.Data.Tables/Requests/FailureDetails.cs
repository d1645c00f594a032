using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables.Requests;

/// <summary>
/// Reads code and message of a refusal: <c>{"odata.error":{"code":…,"message":{"value":…}}}</c>. A message of a
/// transaction's refusal begins with the position of the operation and a colon.
/// </summary>
internal sealed class FailureDetails : RequestFailedDetailsParser
{
    public override bool TryParse(Response response, [NotNullWhen(true)] out ResponseError? error, out IDictionary<string, string>? data)
    {
        error = null;
        data = null;
        try
        {
            using var document = JsonDocument.Parse(response.Content.ToMemory());
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("odata.error", out var details))
            {
                return false;
            }

            var code = details.TryGetProperty("code", out var codeElement) ? codeElement.GetString() : null;
            string? message = null;
            if (details.TryGetProperty("message", out var messageElement) && messageElement.TryGetProperty("value", out var valueElement))
            {
                message = valueElement.GetString();
            }

            data = new Dictionary<string, string>();
            var colon = message?.IndexOf(':', StringComparison.Ordinal) ?? -1;
            if (colon > 0 && int.TryParse(message.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var position))
            {
                data[TableTransactionFailedException.FailedEntityKey] = position.ToString(CultureInfo.InvariantCulture);
                message += $"\n The index of the entity that caused the error can be found in {nameof(TableTransactionFailedException.FailedTransactionActionIndex)}.";
            }

            error = new ResponseError(code, message);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // An answer of some other kind, of a proxy say: the status and the text stand in the exception without details.
            return false;
        }
    }
}
