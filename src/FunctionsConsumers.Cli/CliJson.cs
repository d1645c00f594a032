using System.Text.Json;
using System.Text.Json.Serialization;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Cli.ConsumerGroups;
using FunctionsConsumers.Cli.DeadLetters;
using FunctionsConsumers.Cli.IdempotencyKeys;
using FunctionsConsumers.Cli.Outbox;
using FunctionsConsumers.Operations.Outbox;
using FunctionsConsumers.Cli.Run;
using FunctionsConsumers.Cli.Tail;
using FunctionsConsumers.Cli.Traffic;
using FunctionsConsumers.Lab.Guarantees;
using FunctionsConsumers.Lab.Kill;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.Cli;

/// <summary>The shapes that commands print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AuditReport))]
[JsonSerializable(typeof(Finding))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(LabReport))]
[JsonSerializable(typeof(KillReport))]
[JsonSerializable(typeof(RunFile))]
[JsonSerializable(typeof(IReadOnlyList<GroupStatus>))]
[JsonSerializable(typeof(IReadOnlyList<KeyRow>))]
[JsonSerializable(typeof(IReadOnlyList<DeadLetterEntry>))]
[JsonSerializable(typeof(IReadOnlyList<OutboxRow>))]
[JsonSerializable(typeof(IReadOnlyList<ChangedMessage>))]
[JsonSerializable(typeof(TailedRecord))]
[JsonSerializable(typeof(ProduceReport))]
internal sealed partial class CliJson : JsonSerializerContext;

/// <summary>The shapes as they are printed: read by people and by jq, and never pasted into HTML.</summary>
internal static class PrintedJson
{
    public static JsonSerializerOptions Shapes { get; } = new(CliJson.Default.Options) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
