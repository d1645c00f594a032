using System.Text.Json.Serialization;

namespace FunctionsConsumers.LocalHost.Files;

/// <summary>
/// <c>.local/run.json</c>: where the embedded services of this machine are found. Written by whoever starts them, removed
/// at a clean stop, and ignored when its process is gone, which <see cref="RunLock" /> knows where the writer holds it.
/// </summary>
/// <param name="Pid">The process that holds the services.</param>
/// <param name="Topic">The topic of the orders.</param>
/// <param name="Brokers">The bootstrap list.</param>
/// <param name="Tables">The connection string of the tables.</param>
/// <param name="Http">The address that serves HTTP; null where none does.</param>
public sealed record RunFile(
    [property: JsonPropertyName("pid")] int Pid,
    [property: JsonPropertyName("topic")] string Topic,
    [property: JsonPropertyName("brokers")] string Brokers,
    [property: JsonPropertyName("tables")] string Tables,
    [property: JsonPropertyName("http")] string? Http)
{
    /// <summary>The file.</summary>
    public static string FilePath => Path.Combine(LocalFolder.Path, "run.json");

    /// <summary>Reads the file.</summary>
    /// <returns>Its content; null where there is none or its process is gone.</returns>
    public static RunFile? Find() => Find(FilePath);

    /// <summary>Writes the file, in place of any other.</summary>
    public void Write() => LocalFile.Write(FilePath, this, LocalFileJson.Default.RunFile);

    /// <summary>Removes the file if it is this one's: another process may have written its own since.</summary>
    public void Remove()
    {
        if (LocalFile.Read(FilePath, LocalFileJson.Default.RunFile)?.Pid == Pid)
        {
            File.Delete(FilePath);
        }
    }

    /// <summary>
    /// Removes what a process left behind that is gone: for the new holder of <see cref="RunLock" />, who has found nobody
    /// alive.
    /// </summary>
    public static void RemoveStale() => File.Delete(FilePath);

    internal static RunFile? Find(string path) =>
        LocalFile.Read(path, LocalFileJson.Default.RunFile) is { Topic: not null, Brokers: not null, Tables: not null } run
                && IsAlive(run.Pid, path)
            ? run
            : null;

    // The lock lies beside the file. Whoever held it last and holds it no more is gone, whoever has its process id now.
    private static bool IsAlive(int pid, string path)
    {
        var (isHeld, lastHolder) = RunLock.Look(Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileName(RunLock.FilePath)));
        return (isHeld || lastHolder != pid) && RunningProcess.IsWriter(pid, path);
    }
}

/// <summary>The shapes of the files in <c>.local</c>.</summary>
[JsonSerializable(typeof(RunFile))]
[JsonSerializable(typeof(HostReport))]
internal sealed partial class LocalFileJson : JsonSerializerContext;
