namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>The program that <c>./run</c> and <c>./fc</c> start: what was compiled ahead, else what was built.</summary>
internal static class FcProgram
{
    /// <summary>The program of a repository; null where nothing is built.</summary>
    public static string? Of(string root)
    {
        var bin = Path.Combine(root, "src", "FunctionsConsumers.Cli", "bin");
        string[] programs = [Path.Combine(bin, "ReadyToRun", "fc.dll"), Path.Combine(bin, "Release", "net10.0", "fc.dll")];
        return programs.FirstOrDefault(File.Exists);
    }
}
