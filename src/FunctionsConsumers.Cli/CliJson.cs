using System.Text.Json;
using System.Text.Json.Serialization;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Cli.DeadLetters;
using FunctionsConsumers.Cli.IdempotencyKeys;
using FunctionsConsumers.Cli.Offsets;
using FunctionsConsumers.Cli.Orders;
using FunctionsConsumers.Cli.Outbox;
using FunctionsConsumers.Cli.Status;
using FunctionsConsumers.Cli.Tail;
using FunctionsConsumers.Cli.Traffic;
using FunctionsConsumers.Lab.Guarantees;
using FunctionsConsumers.Lab.Kill;
using FunctionsConsumers.Lab.Proving;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Hosting;
using FunctionsConsumers.Operations.Catalog;
using FunctionsConsumers.Operations.ConsumerGroups;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Hosts;
using FunctionsConsumers.Operations.Outbox;
using FunctionsConsumers.Operations.Replays;
using FunctionsConsumers.Operations.Stories;

namespace FunctionsConsumers.Cli;

/// <summary>The shapes that commands print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [
        typeof(Words<DeadLetterState>), typeof(Words<FoundBy>), typeof(Words<MailStanding>), typeof(Words<SightingVerdict>),
        typeof(Words<LagTrend>),
    ])]
[JsonSerializable(typeof(AuditReport))]
[JsonSerializable(typeof(Finding))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(LabReport))]
[JsonSerializable(typeof(KillReport))]
[JsonSerializable(typeof(RunFile))]
[JsonSerializable(typeof(IReadOnlyList<GroupStanding>))]
[JsonSerializable(typeof(IReadOnlyList<KeyRow>))]
[JsonSerializable(typeof(IReadOnlyList<DeadLetterRow>))]
[JsonSerializable(typeof(IReadOnlyList<DeadLetterShown>))]
[JsonSerializable(typeof(IReadOnlyList<DeadLetterCount>))]
[JsonSerializable(typeof(RedriveReport))]
[JsonSerializable(typeof(OrderShown))]
[JsonSerializable(typeof(StatusOnScreen))]
[JsonSerializable(typeof(OffsetsReport))]
[JsonSerializable(typeof(ReplayResult))]
[JsonSerializable(typeof(SettingsReport))]
[JsonSerializable(typeof(CatalogEntry))]
[JsonSerializable(typeof(IReadOnlyList<CatalogEntry>))]
[JsonSerializable(typeof(IReadOnlyList<OutboxRow>))]
[JsonSerializable(typeof(IReadOnlyList<ChangedMessage>))]
[JsonSerializable(typeof(TailedRecord))]
[JsonSerializable(typeof(ProduceReport))]
internal sealed partial class CliJson : JsonSerializerContext;

/// <summary>The shapes as they are printed: read by people and by jq, and never pasted into HTML.</summary>
internal static class PrintedJson
{
    public static JsonSerializerOptions Shapes { get; } = new(
        CliJson.Default.Options) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

/// <summary>Enumerations as words in lower case, parts joined by a dash.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
internal sealed class Words<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower)
    where T : struct, Enum;
