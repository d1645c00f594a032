using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Outbox;
using FunctionsConsumers.Operations.Redrives;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.Status;

/// <summary>
/// What the page changes: on Azure with the admin key alone, on a local host for this machine's own page. Every change is logged,
/// with who and what.
/// </summary>
/// <param name="messages">The messages that are not sent yet.</param>
/// <param name="redrive">Sends dead letters to their groups again.</param>
/// <param name="logger">Where changes are logged.</param>
public sealed partial class ChangeFunctions(UnsentMessages messages, DeadLetterRedrive redrive, ILogger<ChangeFunctions> logger)
{
    private const int LongestRequest = 1_000_000;

    private readonly ILogger _logger = logger;

    /// <summary>Has parked messages sent again: <c>{"ids": ["…"]}</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>What became of each.</returns>
    [Function("StatusResend")]
    public Task<IResult> Resend([HttpTrigger(AuthorizationLevel.Admin, "post", Route = "status/messages/resend")] HttpRequest request,
        CancellationToken cancellationToken) =>
        ChangeMessagesAsync(request, "send again", messages.ResendAsync, cancellationToken);

    /// <summary>Drops messages: <c>{"ids": ["…"]}</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>What became of each.</returns>
    [Function("StatusDrop")]
    public Task<IResult> Drop([HttpTrigger(AuthorizationLevel.Admin, "post", Route = "status/messages/drop")] HttpRequest request,
        CancellationToken cancellationToken) =>
        ChangeMessagesAsync(request, "drop", messages.DropAsync, cancellationToken);

    /// <summary>
    /// Redrives dead letters: <c>{"group": "…", "ids": ["…"], "dry_run": true}</c>, or <c>reason</c> and <c>cause</c> in the place of
    /// <c>ids</c>. Called twice it sends each letter once.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone; what is left the same call then does.</param>
    /// <returns>What would be sent, or what was.</returns>
    [Function("StatusRedrive")]
    public Task<IResult> Redrive(
        [HttpTrigger(AuthorizationLevel.Admin, "post", Route = "status/dead-letters/redrive")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answers.SayingWhyAsync(request, async () =>
        {
            if (await ReadAsync(request, StatusJson.Default.WhichLetters, cancellationToken) is not { Group: not null } which
                || (which.Ids is null && which.Cause is null))
            {
                return Answers.Refuse(
                    request, """Post JSON: {"group": "…", "ids": ["…"], "dry_run": true}, or reason and cause in the place of ids.""");
            }

            var plan = await redrive.PlanAsync(which.Filter(), alsoParked: which.Ids is not null, cancellationToken);
            if (which.DryRun)
            {
                return Answers.Json(request, RedriveView.Of(plan), StatusJson.Default.RedriveView);
            }

            var who = Caller.Of(request);
            LogChange(who, "redrive", which.ToString(), $"{plan.ToSend.Count} letters begun");
            var result = await redrive.RunAsync(
                plan, who, static _ => { }, line => LogChange(who, "redrive", which.ToString(), line), cancellationToken);
            LogChange(
                who, "redrive", which.ToString(), $"{result.Sent} sent, {result.Recovered} had been sent, {result.Failures.Count} failed");
            return Answers.Json(request, RedriveView.Of(result), StatusJson.Default.RedriveView);
        });

    private Task<IResult> ChangeMessagesAsync(
        HttpRequest request, string what, Func<IReadOnlyList<string>, CancellationToken, Task<IReadOnlyList<ChangedMessage>>> change,
        CancellationToken cancellationToken) =>
        Answers.SayingWhyAsync(request, async () =>
        {
            if (await ReadAsync(request, StatusJson.Default.WhichMessages, cancellationToken) is not { Ids: { Count: > 0 } ids })
            {
                return Answers.Refuse(request, """Post JSON: {"ids": ["…"]}.""");
            }

            LogChange(Caller.Of(request), what, $"messages {string.Join(", ", ids)}", "begun");
            var changes = await change(ids, cancellationToken);
            LogChange(
                Caller.Of(request), what, $"messages {string.Join(", ", ids)}", string.Join(", ", changes.Select(one => one.Outcome)));
            return Answers.Json(
                request, new MessageChangesView(changes, [.. changes.Select(one => one.Line())]), StatusJson.Default.MessageChangesView);
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
internal sealed record WhichMessages(IReadOnlyList<string>? Ids);

/// <summary>Which dead letters are to be redriven.</summary>
/// <param name="Group">Their group.</param>
/// <param name="Ids">Their ids; null for all of a cause.</param>
/// <param name="Reason">Their reason.</param>
/// <param name="Cause">Their cause.</param>
/// <param name="DryRun">Whether it is only said what would be sent.</param>
internal sealed record WhichLetters(string? Group, IReadOnlyList<string>? Ids, string? Reason, string? Cause, bool DryRun)
{
    /// <summary>The same as a filter.</summary>
    public DeadLetterFilter Filter() =>
        new() { Group = Group, Ids = Ids, Reason = Ids is null ? Reason : null, Cause = Ids is null ? Cause : null };

    /// <summary>In one line, without the text of a cause, which may hold what a producer wrote.</summary>
    public override string ToString() =>
        Ids is null
            ? $"all dead letters of one cause of {Group}, {Reason}"
            : $"{Ids.Count} dead letters of {Group}: {string.Join(", ", Ids.Take(20))}";
}

/// <summary>What a redrive would do, or did.</summary>
/// <param name="WouldSend">How many letters it would send, or sent.</param>
/// <param name="Text">All of it in words.</param>
internal sealed record RedriveView(int WouldSend, string Text)
{
    /// <summary>Of a plan.</summary>
    public static RedriveView Of(RedrivePlan plan) => new(plan.ToSend.Count, Words(
        (plan.ToSend.Count, "are sent to their group again"),
        (plan.Count(RedriveFate.Redriven), "were redriven before and are left alone"),
        (plan.Count(RedriveFate.Parked), "came back too often and are left alone"),
        (plan.Count(RedriveFate.NoOrigin), "do not say where their record stood"),
        (plan.ComingBack, "come back for certain, because another order stands under the same id")));

    /// <summary>Of what was done.</summary>
    public static RedriveView Of(RedriveResult result) => new(result.Sent, Words(
        (result.Sent, "sent"), (result.Recovered, "had been sent by a redrive that did not end"),
        (result.AlreadyRedriven, "were redriven before"),
        (result.Parked, "came back too often and were left alone"), (result.Failures.Count, "could not be sent"))
        + string.Concat(result.Failures.Take(3).Select(failure => $" {failure.Id}: {failure.Reason}.")));

    private static string Words(params IEnumerable<(int Count, string What)> parts)
    {
        var text = string.Join(", ", parts.Where(part => part.Count > 0).Select(part => $"{part.Count} {part.What}"));
        return text.Length > 0 ? text + "." : "There are none.";
    }
}

/// <summary>What became of messages.</summary>
internal sealed record MessageChangesView(IReadOnlyList<ChangedMessage> Changes, IReadOnlyList<string> Lines);
