using System.Text.Json.Serialization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Log;
using FunctionsConsumers.Operations.Outbox;
using FunctionsConsumers.Operations.Status;
using FunctionsConsumers.Operations.Stories;

namespace FunctionsConsumers.Status;

/// <summary>A dead letter in a list.</summary>
internal sealed record LetterView(
    string Id, string Group, string? Reason, string? Detail, string Cause, string? Origin, DateTimeOffset? Time, string? Key,
    DeadLetterState State, int Redrives)
{
    public static LetterView Of(DeadLetterEntry entry) => new(
        entry.Id, entry.Group, entry.Reason, entry.Detail, entry.Cause, entry.Origin?.ToString(), entry.Time, Texts.Cut(entry.Key, 200),
        entry.State, entry.Redrives);
}

/// <summary>A page of dead letters.</summary>
internal sealed record LetterPageView(IReadOnlyList<LetterView> Letters, int Total, string? Next, bool IsCut);

/// <summary>A header of a record, as text.</summary>
internal sealed record HeaderView(string Name, string? Value)
{
    public static IReadOnlyList<HeaderView> Of(IEnumerable<RecordHeader> headers) =>
        [.. headers.Select(header => new HeaderView(header.Name, Texts.Cut(PlainText.Of(header.Value), 2_000)))];
}

/// <summary>A dead letter with all that it carries.</summary>
internal sealed record LetterContentView(
    LetterView Letter, string At, string? Key, string? Value, int? ValueBytes, bool IsText, IReadOnlyList<HeaderView> Headers,
    IReadOnlyList<HeaderView> LetterHeaders, IReadOnlyList<string> History)
{
    public static LetterContentView Of(DeadLetterContent content) => new(
        LetterView.Of(content.Entry), content.Entry.At.ToString(), PlainText.Of(content.Key),
        Texts.Cut(PlainText.Of(content.Value), Texts.MostOfAPayload), content.Value?.Length,
        PlainText.Is(content.Value), HeaderView.Of(content.Headers), HeaderView.Of(content.LetterHeaders), content.History);
}

/// <summary>An order's story.</summary>
internal sealed record StoryView(
    string Asked, FoundBy FoundBy, IReadOnlyList<string> OrderIds, IReadOnlyList<GroupStoryView> Groups, IReadOnlyList<Sighting> Sightings,
    TopicSearch Search)
{
    public static StoryView Of(OrderStory story) => new(
        story.Asked, story.FoundBy, story.OrderIds,
        [.. story.Groups.Select(group => new GroupStoryView(
            group.Group, group.Effects, [.. group.DeadLetters.Select(LetterContentView.Of)], group.Messages, group.Mail))],
        [.. story.Sightings.Select(sighting => sighting with { Value = Texts.Cut(sighting.Value, Texts.MostOfAPayload) ?? "" })],
        story.Search);
}

/// <summary>A group's part of it.</summary>
internal sealed record GroupStoryView(
    string Group, IReadOnlyList<StoredEffect> Effects, IReadOnlyList<LetterContentView> DeadLetters, IReadOnlyList<StoredMessage> Messages,
    MailStanding? Mail);

/// <summary>Messages that are not sent yet.</summary>
internal sealed record MessagesView(IReadOnlyList<UnsentMessage> Messages, int Total);

/// <summary>Why a request is not answered.</summary>
internal sealed record Refusal(string Error);

/// <summary>Texts of records, which may be long.</summary>
internal static class Texts
{
    /// <summary>As much of a payload as a person reads.</summary>
    public const int MostOfAPayload = 20_000;

    /// <summary>Cuts a text. Returns the text, or its beginning and how much is left out.</summary>
    public static string? Cut(string? text, int most) =>
        text is null || text.Length <= most ? text : $"{text[..most]}… ({text.Length - most} more characters)";
}

/// <summary>The shapes of the answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(StoryView))]
[JsonSerializable(typeof(IReadOnlyList<DeadLetterCount>))]
[JsonSerializable(typeof(LetterPageView))]
[JsonSerializable(typeof(LetterContentView))]
[JsonSerializable(typeof(MessagesView))]
[JsonSerializable(typeof(WhichMessages))]
[JsonSerializable(typeof(WhichLetters))]
[JsonSerializable(typeof(RedriveView))]
[JsonSerializable(typeof(MessageChangesView))]
[JsonSerializable(typeof(Refusal))]
internal sealed partial class StatusJson : JsonSerializerContext;
