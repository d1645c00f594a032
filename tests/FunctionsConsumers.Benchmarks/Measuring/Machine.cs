using System.Runtime.InteropServices;

namespace FunctionsConsumers.Benchmarks.Measuring;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    /// <summary>The machine in one line.</summary>
    public static string Text => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{Processor}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, "
            + $"{RuntimeInformation.OSDescription}, .NET {Environment.Version}");

    private static string Processor
    {
        get
        {
            const string file = "/proc/cpuinfo";
            var line = File.Exists(file)
                ? File.ReadLines(file).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
                : null;
            return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
    }
}
