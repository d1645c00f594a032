using System.Reflection;

namespace FunctionsConsumers.LocalHost.Hosting;

/// <summary>Which packages the app was compiled on, as its project noted in the assembly: whoever runs it is told.</summary>
internal static class AzurePackages
{
    /// <summary>The line to print at the start, or null on the genuine packages.</summary>
    /// <param name="app">The app's assembly.</param>
    /// <returns>The line.</returns>
    public static string? Notice(Assembly app) => app.GetCustomAttributes<AssemblyMetadataAttribute>().Any(note => note is { Key: "AzurePackages", Value: "stand-ins" })
        ? "Built on stand-ins of the Azure packages, which the package feed lacks: for development, never deployed."
        : null;
}
