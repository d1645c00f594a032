using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FunctionsConsumers.Health;

/// <summary>
/// What container, Kubernetes and load balancers ask. Anyone may: the answer names groups and services, and no address, key
/// or content.
/// </summary>
/// <param name="checks">The checks.</param>
public sealed class HealthFunctions(HealthCheckService checks)
{
    /// <summary>Whether the process is worth keeping.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>200 or 503, with the reasons as JSON.</returns>
    [Function("HealthLive")]
    public Task<IResult> Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/live")] HttpRequest request,
        CancellationToken cancellationToken) =>
        AnswerAsync(EffectivelyOnceHealthChecks.LiveTag, cancellationToken);

    /// <summary>Whether the groups do their work.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>200 or 503, with the reasons as JSON.</returns>
    [Function("HealthReady")]
    public Task<IResult> Ready([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request,
        CancellationToken cancellationToken) =>
        AnswerAsync(EffectivelyOnceHealthChecks.ReadyTag, cancellationToken);

    private async Task<IResult> AnswerAsync(string tag, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(tag), cancellationToken);
        var isWell = report.Status != HealthStatus.Unhealthy;
        var answer = new HealthAnswer(
            isWell ? "healthy" : "unhealthy",
            [.. report.Entries.Values.SelectMany(entry => entry.Data).Select(reason => new HealthReason(reason.Key, $"{reason.Value}"))]);
        return Results.Json(answer, HealthJson.Default.HealthAnswer,
            statusCode: isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>The answer to a question about health.</summary>
/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="Reasons">What is not well; empty where all is.</param>
internal sealed record HealthAnswer(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("reasons")] IReadOnlyList<HealthReason> Reasons);

/// <summary>Why a group is not well.</summary>
internal sealed record HealthReason(
    [property: JsonPropertyName("group")] string Group,
    [property: JsonPropertyName("reason")] string Reason);

/// <summary>The shapes of the answers.</summary>
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class HealthJson : JsonSerializerContext;
