using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FunctionsConsumers.Operations.Outbox;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.Status;

/// <summary>What the page changes: on Azure with the admin key alone, on a local host for this machine's own page. Every change is logged, with who and what.</summary>
/// <param name="messages">The messages that are not sent yet.</param>
/// <param name="logger">Where changes are logged.</param>
public sealed partial class ChangeFunctions(UnsentMessages messages, ILogger<ChangeFunctions> logger)
{
    private const int LongestRequest = 1_000_000;

    private readonly ILogger _logger = logger;

    /// <summary>Has parked messages sent again: <c>{"ids": ["…"]}</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>What became of each.</returns>
    [Function("StatusResend")]
    public Task<IResult> Resend([HttpTrigger(AuthorizationLevel.Admin, "post", Route = "status/messages/resend")] HttpRequest request, CancellationToken cancellationToken) =>
        ChangeMessagesAsync(request, "send again", messages.ResendAsync, cancellationToken);

    /// <summary>Drops messages: <c>{"ids": ["…"]}</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>What became of each.</returns>
    [Function("StatusDrop")]
    public Task<IResult> Drop([HttpTrigger(AuthorizationLevel.Admin, "post", Route = "status/messages/drop")] HttpRequest request, CancellationToken cancellationToken) =>
        ChangeMessagesAsync(request, "drop", messages.DropAsync, cancellationToken);

    private Task<IResult> ChangeMessagesAsync(
        HttpRequest request, string what, Func<IReadOnlyList<string>, CancellationToken, Task<IReadOnlyList<ChangedMessage>>> change, CancellationToken cancellationToken) =>
        Answers.SayingWhyAsync(request, async () =>
        {
            if (await ReadAsync(request, StatusJson.Default.WhichMessages, cancellationToken) is not { Ids: { Count: > 0 } ids })
            {
                return Answers.Refuse(request, """Post JSON: {"ids": ["…"]}.""");
            }

            LogChange(Caller.Of(request), what, $"messages {string.Join(", ", ids)}", "begun");
            var changes = await change(ids, cancellationToken);
            LogChange(Caller.Of(request), what, $"messages {string.Join(", ", ids)}", string.Join(", ", changes.Select(one => one.Outcome)));
            return Answers.Json(request, new MessageChangesView(changes, [.. changes.Select(one => one.Line())]), StatusJson.Default.MessageChangesView);
        });

    // A form of another site cannot say that it sends JSON.
    private static async Task<T?> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        if (!request.HasJsonContentType() || request.ContentLength is null or > LongestRequest)
        {
            return null;
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(120, LogLevel.Information, "{Who} asked to {What} {Which}: {Outcome}")]
    private partial void LogChange(string who, string what, string which, string outcome);
}

/// <summary>Which messages are to be changed.</summary>
/// <param name="Ids">Their ids.</param>
internal sealed record WhichMessages(IReadOnlyList<string>? Ids);

/// <summary>What became of messages.</summary>
/// <param name="Changes">Each one's outcome.</param>
/// <param name="Lines">The same in words.</param>
internal sealed record MessageChangesView(IReadOnlyList<ChangedMessage> Changes, IReadOnlyList<string> Lines);
