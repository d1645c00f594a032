using System.Reflection;

namespace FunctionsConsumers.SimulationTests;

/// <summary>How and where this simulation was built.</summary>
internal static class Metadata
{
    /// <summary>The repository.</summary>
    public static string RepositoryRoot { get; } = Of("RepositoryRoot");

    public static string Configuration { get; } = Of("Configuration");

    private static string Of(string key) =>
        typeof(Metadata).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value ?? "";
}
