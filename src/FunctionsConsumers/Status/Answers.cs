using System.Text.Json.Serialization.Metadata;
using Azure;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Operations;
using Microsoft.AspNetCore.Http;

namespace FunctionsConsumers.Status;

/// <summary>
/// Answers of the page's functions. What they hold is of this moment and of this site alone: never kept, never read by another site.
/// </summary>
internal static class Answers
{
    /// <summary>A value as JSON.</summary>
    public static IResult Json<T>(HttpRequest request, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        Protect(request);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Json(value, type, statusCode: status);
    }

    /// <summary>Why a request is not answered.</summary>
    public static IResult Refuse(HttpRequest request, string reason, int status = StatusCodes.Status400BadRequest) =>
        Json(request, new Refusal(reason), StatusJson.Default.Refusal, status);

    /// <summary>Answers with 502 and one line where a service cannot be asked.</summary>
    public static async Task<IResult> SayingWhyAsync(HttpRequest request, Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (Exception failure) when (failure is OperationException or StoreUnavailableException or SettingException
            or RequestFailedException or KafkaException)
        {
            return Refuse(request, failure.Message.Split('\n', 2)[0], StatusCodes.Status502BadGateway);
        }
    }

    /// <summary>What every answer says to a browser: nothing of another site, in no frame, and no guessing of types.</summary>
    public static void Protect(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }
}
