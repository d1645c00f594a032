using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FunctionsConsumers.Cli.Audit;
using FunctionsConsumers.Cli.ConsumerGroups;
using FunctionsConsumers.Cli.DeadLetters;
using FunctionsConsumers.Cli.IdempotencyKeys;
using FunctionsConsumers.Cli.Lab.Guarantees;
using FunctionsConsumers.Cli.Lab.Kill;
using FunctionsConsumers.Cli.Outbox;
using FunctionsConsumers.Cli.Run;
using FunctionsConsumers.Cli.Tail;
using FunctionsConsumers.Cli.Traffic;
using FunctionsConsumers.LocalHost;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>The shapes that commands print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AuditReport))]
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

/// <summary>Values as lines of JSON.</summary>
internal static class JsonLine
{
    // What is printed is read by people and by jq, and never pasted into HTML.
    private static readonly JsonSerializerOptions Readable = new(CliJson.Default.Options) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a value as one line of JSON.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The value.</param>
    /// <returns>The line.</returns>
    public static string Of<T>(T value) => JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Readable.GetTypeInfo(typeof(T)));
}
