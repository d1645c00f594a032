namespace FunctionsConsumers.LocalHost.Files;

/// <summary>The folder <c>.local</c>, where everything that a run leaves behind on this machine lives.</summary>
public static class LocalFolder
{
    /// <summary>
    /// The environment variable <c>FC_HOME</c>; else the nearest ancestor of the current directory that holds
    /// <c>FunctionsConsumers.sln</c>; else the current directory.
    /// </summary>
    public static string Root => Find(Environment.GetEnvironmentVariable("FC_HOME"), Environment.CurrentDirectory);

    /// <summary><see cref="Root" /><c>/.local</c>; made by the first writer.</summary>
    public static string Path => System.IO.Path.Combine(Root, ".local");

    internal static string Find(string? home, string current)
    {
        if (!string.IsNullOrWhiteSpace(home))
        {
            return System.IO.Path.GetFullPath(home);
        }

        for (var folder = new DirectoryInfo(current); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "FunctionsConsumers.sln")))
            {
                return folder.FullName;
            }
        }

        return current;
    }
}
