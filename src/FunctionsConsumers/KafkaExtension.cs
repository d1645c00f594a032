using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers;

/// <summary>The package that brings the Kafka trigger, as it was found when the app was built.</summary>
public static class KafkaExtension
{
    /// <summary>What the assembly of the trigger has to say at the start; null for the genuine package.</summary>
    public static string? Notice { get; } = NoticeOf(typeof(KafkaTriggerAttribute).Assembly);

    internal static string? NoticeOf(Assembly extension) =>
        extension.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(metadata => metadata.Key == "Notice")?.Value;
}
