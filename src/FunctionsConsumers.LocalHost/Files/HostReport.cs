using System.Globalization;
using System.Text.Json.Serialization;

namespace FunctionsConsumers.LocalHost.Files;

/// <summary>
/// <c>.local/hosts/&lt;pid&gt;.json</c>: the group members that one running local host holds. The embedded cluster cannot
/// be asked for a group's members, so every host says which are its own.
/// </summary>
/// <param name="Pid">The host's process.</param>
/// <param name="Topic">The topic of the orders.</param>
/// <param name="Brokers">The bootstrap list in use.</param>
/// <param name="Members">One for each Kafka-trigger function.</param>
public sealed record HostReport(
    [property: JsonPropertyName("pid")] int Pid,
    [property: JsonPropertyName("topic")] string Topic,
    [property: JsonPropertyName("brokers")] string Brokers,
    [property: JsonPropertyName("members")] IReadOnlyList<HostMember> Members)
{
    /// <summary>The folder of the reports.</summary>
    public static string Folder => Path.Combine(LocalFolder.Path, "hosts");

    /// <summary>Reads the reports of all hosts that run now.</summary>
    /// <returns>The reports, by process id.</returns>
    public static IReadOnlyList<HostReport> All() => All(Folder);

    /// <summary>Reads the reports of all hosts that run now and write into a folder other than this process's own.</summary>
    /// <param name="folder">The folder; one that is not there holds none.</param>
    /// <returns>The reports, by process id.</returns>
    public static IReadOnlyList<HostReport> All(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        var reports = new List<HostReport>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
        {
            if (LocalFile.Read(file, LocalFileJson.Default.HostReport) is { Topic: not null, Members: not null } report
                && RunningProcess.IsWriter(report.Pid, file))
            {
                reports.Add(report);
            }
        }

        return [.. reports.OrderBy(report => report.Pid)];
    }

    /// <summary>Writes this host's report, in place of its last one.</summary>
    public void Write() => LocalFile.Write(FileOf(Folder, Pid), this, LocalFileJson.Default.HostReport);

    /// <summary>Removes this host's report.</summary>
    public void Remove() => File.Delete(FileOf(Folder, Pid));

    /// <summary>Removes what hosts left behind that were killed.</summary>
    internal static void RemoveStale(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && !RunningProcess.IsWriter(pid, file))
            {
                File.Delete(file);
            }
        }
    }

    private static string FileOf(string folder, int pid) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{pid}.json"));
}

/// <summary>A member of a consumer group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The member id that the broker gave; empty before the first assignment.</param>
/// <param name="Partitions">The partitions of the topic assigned now, in order.</param>
public sealed record HostMember(
    [property: JsonPropertyName("group")] string Group,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("partitions")] IReadOnlyList<int> Partitions)
{
    /// <summary>The consumer's own name: host, process and function.</summary>
    [JsonPropertyName("client_id")]
    public string ClientId { get; init; } = "";
}
