using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.Lab.Services;

/// <summary>
/// The folder of one laboratory, <c>.local/lab/&lt;pid&gt;</c>, gone when it ends: the broker's data, and the home of its
/// hosts with their own <c>host.json</c> and mail. What broker and hosts said stays in <c>.local/logs</c>.
/// </summary>
internal sealed class LabFolder : IDisposable
{
    private static readonly JsonDocumentOptions AsTheHostReads = new()
    {
        CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    };

    private readonly string _path = Path.Combine(All, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// Makes the folder. <paramref name="session" /> is how long a host may be silent before the broker gives its partitions to the
    /// others.
    /// </summary>
    public LabFolder(TimeSpan session)
    {
        RemoveStale();
        Directory.CreateDirectory(Home);
        var root = Path.Combine(LocalFolder.Root, "host.json");
        var json = JsonNode.Parse(File.ReadAllText(File.Exists(root) ? root
            : Path.Combine(AppContext.BaseDirectory, "host.json")), documentOptions: AsTheHostReads)!;
        json["extensions"]!["kafka"]!["sessionTimeoutMs"] = (int)session.TotalMilliseconds;
        File.WriteAllText(Path.Combine(Home, "host.json"), json.ToJsonString());
    }

    /// <summary>The home of the hosts, their <c>FC_HOME</c>.</summary>
    public string Home => Path.Combine(_path, "home");

    /// <summary>Where the hosts say which partitions they hold.</summary>
    public string HostReports => Path.Combine(Home, ".local", "hosts");

    /// <summary>Takes the broker's data.</summary>
    public string Kafka => Path.Combine(_path, "kafka");

    /// <summary>The file that takes what a process says; what an earlier laboratory left in it goes.</summary>
    public static string Log(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(LocalFolder.Path, "logs"));
        var path = Path.Combine(folder.FullName, $"lab-{name}.log");
        File.Delete(path);
        return path;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    private static string All => Path.Combine(LocalFolder.Path, "lab");

    // What laboratories left behind that were killed themselves: a broker's data is a hundred megabytes.
    private static void RemoveStale()
    {
        if (!Directory.Exists(All))
        {
            return;
        }

        var running = Process.GetProcesses().Select(process => process.Id.ToString(CultureInfo.InvariantCulture)).ToHashSet(
            StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(All).Where(folder => !running.Contains(Path.GetFileName(folder))))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
