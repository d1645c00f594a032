using FunctionsConsumers.LocalHost.Files;


namespace FunctionsConsumers.UnitTests.LocalHost.Files;

public sealed class HostReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hosts").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reports_of_running_hosts_are_read_and_others_passed_over()
    {
        var mine = new HostReport(Environment.ProcessId, "order-events", "127.0.0.1:1", [new HostMember("billing", "m-1", [0, 2])]);
        LocalFile.Write(Path.Combine(_folder, "1.json"), mine, LocalFileJson.Default.HostReport);
        LocalFile.Write(Path.Combine(_folder, "2.json"), mine with { Pid = int.MaxValue }, LocalFileJson.Default.HostReport);
        File.WriteAllText(Path.Combine(_folder, "3.json"), "{");

        var report = Assert.Single(HostReport.All(_folder));
        Assert.Equal(mine.Pid, report.Pid);
        var member = Assert.Single(report.Members);
        Assert.Equal(("billing", "m-1"), (member.Group, member.Id));
        Assert.Equal([0, 2], member.Partitions);
    }

    [Fact]
    public void What_killed_hosts_left_behind_is_removed_and_nothing_else()
    {
        var mine = Path.Combine(_folder, $"{Environment.ProcessId}.json");
        File.WriteAllText(mine, "{}");
        File.WriteAllText(Path.Combine(_folder, $"{int.MaxValue}.json"), "{}");
        HostReport.RemoveStale(_folder);
        Assert.Equal([mine], Directory.GetFiles(_folder));
    }

    [Fact]
    public void No_folder_means_no_host() => Assert.Empty(HostReport.All(Path.Combine(_folder, "none")));
}
