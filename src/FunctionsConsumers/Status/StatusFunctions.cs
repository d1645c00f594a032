using System.Globalization;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Outbox;
using FunctionsConsumers.Operations.Status;
using FunctionsConsumers.Operations.Stories;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.Status;

/// <summary>The status page and what it asks for. A function key opens it; nothing here changes anything.</summary>
/// <param name="status">Looks at the whole of it.</param>
/// <param name="stories">Tells what became of an order.</param>
/// <param name="letters">The dead letters.</param>
/// <param name="messages">The messages that are not sent yet.</param>
public sealed class StatusFunctions(SystemStatus status, OrderStories stories, DeadLetterTopics letters, UnsentMessages messages)
{
    private const int MostAtOnce = 200;
    private const int MostMessages = 500;

    /// <summary>The page for a browser; for everyone else the figures as JSON.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>HTML where the header <c>Accept</c> asks for it, else JSON.</returns>
    [Function("Status")]
    public async Task<IResult> Look(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "status")] HttpRequest request, CancellationToken cancellationToken)
    {
        // The page's own links begin at the folder above.
        if (request.Path.Value?.EndsWith('/') == true)
        {
            return Results.Redirect("../status" + request.QueryString);
        }

        request.HttpContext.Response.Headers.Vary = "Accept";
        return request.Headers.Accept.Any(accept => accept?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true)
            ? PageFiles.Html(request)
            : Answers.Json(request, await status.LookAsync(cancellationToken), StatusJson.Default.StatusReport);
    }

    /// <summary>A part of the page: no data, and so for everybody.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Not needed.</param>
    /// <returns>The file, or 404.</returns>
    [Function("StatusFile")]
    public static Task<IResult> File([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "status/files/{name}")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(PageFiles.Find(request, request.RouteValues["name"] as string ?? ""));

    /// <summary>The story of an order: <c>id</c> is its id, an idempotency key, or <c>topic:partition:offset</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>The story; 404 where nobody knows it.</returns>
    [Function("StatusOrder")]
    public Task<IResult> Order([HttpTrigger(AuthorizationLevel.Function, "get", Route = "status/order")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answers.SayingWhyAsync(request, async () =>
        {
            var asked = request.Query["id"].ToString().Trim();
            if (asked.Length is 0 or > 1_000)
            {
                return Answers.Refuse(
                    request, "Give the id of an order, an idempotency key, or topic:partition:offset as the parameter id.");
            }

            var story = await stories.TellAsync(asked, OrderStories.DefaultRecords, cancellationToken);
            return Answers.Json(request, StoryView.Of(story), StatusJson.Default.StoryView,
                story.IsKnown ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);
        });

    /// <summary>The dead letters by group, reason and cause.</summary>
    /// <param name="request">The request; parameters as for the letters.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>The counts, the most first.</returns>
    [Function("StatusCauses")]
    public Task<IResult> Causes(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "status/dead-letters/causes")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answers.SayingWhyAsync(request, async () =>
            Answers.Json(
                request, await letters.CountAsync(FilterOf(request), cancellationToken), StatusJson.Default.IReadOnlyListDeadLetterCount));

    /// <summary>
    /// Dead letters, newest first: <c>group</c>, <c>reason</c>, <c>cause</c>, <c>state</c>; <c>limit</c> up to 200, <c>after</c>
    /// from the page before.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>A page of them.</returns>
    [Function("StatusDeadLetters")]
    public Task<IResult> DeadLetters([HttpTrigger(AuthorizationLevel.Function, "get", Route = "status/dead-letters")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answers.SayingWhyAsync(request, async () =>
        {
            var limit = int.TryParse(request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var given)
                ? Math.Clamp(given, 1, MostAtOnce)
                : 50;
            var page = await letters.ListAsync(FilterOf(request), limit, Parameter(request, "after"), cancellationToken);
            return Answers.Json(request, new LetterPageView([.. page.Entries.Select(LetterView.Of)], page.Total, page.Next, page.IsCut),
                StatusJson.Default.LetterPageView);
        });

    /// <summary>One dead letter with all that it carries: <c>group</c>, <c>id</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>The letter; 404 where there is none.</returns>
    [Function("StatusDeadLetter")]
    public Task<IResult> DeadLetter(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "status/dead-letters/letter")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answers.SayingWhyAsync(request, async () =>
        {
            var found = await letters.FindAsync(request.Query["id"].ToString(), Parameter(request, "group"), cancellationToken);
            return found is [var letter, ..]
                ? Answers.Json(request, LetterContentView.Of(letter), StatusJson.Default.LetterContentView)
                : Answers.Refuse(request, "There is no such dead letter (any more).", StatusCodes.Status404NotFound);
        });

    /// <summary>Messages not sent yet, parked ones first, at most 500.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Set when the caller has gone.</param>
    /// <returns>The messages.</returns>
    [Function("StatusMessages")]
    public Task<IResult> Messages([HttpTrigger(AuthorizationLevel.Function, "get", Route = "status/messages")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answers.SayingWhyAsync(request, async () =>
        {
            var (found, total) = await messages.ListAsync(MostMessages, cancellationToken);
            return Answers.Json(request, new MessagesView(found, total), StatusJson.Default.MessagesView);
        });

    private static DeadLetterFilter FilterOf(HttpRequest request) => new()
    {
        Group = Parameter(request, "group"),
        Reason = Parameter(request, "reason"),
        Cause = Parameter(request, "cause"),
        State = Enum.TryParse<DeadLetterState>(Parameter(request, "state"), ignoreCase: true, out var state) ? state : null,
    };

    // An empty cause is one, of letters without a detail.
    private static string? Parameter(HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out var value) && (value.ToString().Length > 0 || name == "cause") ? value.ToString() : null;
}
