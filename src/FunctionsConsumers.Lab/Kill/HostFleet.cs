using System.Diagnostics;
using System.Globalization;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.Orders.Mail;

namespace FunctionsConsumers.Lab.Kill;

/// <summary>The hosts: each a process of its own that runs <c>fc run</c> against the laboratory's broker and tables.</summary>
internal sealed class HostFleet(Target target, LabFolder folder, int partitions) : IAsyncDisposable
{
    // The exit code of fc for what could not be done: here, for a start that broker or tables did not answer.
    private const int NotDone = 2;

    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(45);

    private readonly List<LabHost> _hosts = [];

    /// <summary>How many hosts there are.</summary>
    public int Count => _hosts.Count;

    /// <summary>How often a host gave up at its start, because broker or tables did not answer in time, and was started again.</summary>
    public int GivenUp { get; private set; }

    /// <summary>Starts hosts.</summary>
    public void Start(int count)
    {
        for (var number = 1; number <= count; number++)
        {
            var log = LabFolder.Log(string.Create(CultureInfo.InvariantCulture, $"host-{number}"));
            _hosts.Add(new LabHost(log, Launch(log)));
        }
    }

    /// <summary>Which partitions a host says it holds; none before its first assignment, and never those of an earlier life.</summary>
    public IReadOnlyList<HostMember> Members(int host) =>
        HostReport.All(folder.HostReports).FirstOrDefault(report => report.Pid == _hosts[host].Process.Id)?.Members ?? [];

    /// <summary>Whether every host is a member of every group, and the partitions of each group are all held.</summary>
    public bool HaveJoined(IReadOnlyList<string> groups, int held)
    {
        var members = Enumerable.Range(0, Count).Select(Members).ToList();
        return members.TrueForAll(of => of.Count == groups.Count && of.All(member => member.Id.Length > 0))
            && groups.All(group => members.Sum(of => of.Where(member => member.Group == group)
                .Sum(member => member.Partitions.Count)) == held);
    }

    /// <summary>Kills a host with SIGKILL.</summary>
    public Task KillAsync(int host) => _hosts[host].Process.KillAsync();

    /// <summary>Starts a host that was killed. It joins its groups in its own time.</summary>
    public async Task StartAgainAsync(int host)
    {
        await _hosts[host].Process.DisposeAsync();
        _hosts[host] = new LabHost(_hosts[host].Log, Launch(_hosts[host].Log));
    }

    /// <summary>Starts hosts again that gave up at their start, as whatever runs hosts in earnest does.</summary>
    /// <exception cref="LabException">A host ended by itself that was up already, or in another way.</exception>
    public async Task CheckAsync()
    {
        for (var host = 0; host < Count; host++)
        {
            var process = _hosts[host].Process;
            _hosts[host].WasUp |= Members(host).Count > 0;
            if (!process.HasEnded)
            {
                continue;
            }

            if (process.ExitCode != NotDone || _hosts[host].WasUp)
            {
                throw new LabException(string.Create(CultureInfo.InvariantCulture,
                    $"host {host + 1} ended by itself with exit code {process.ExitCode}: {process.LastWords} (its whole output is in "
                    + $"{_hosts[host].Log})"));
            }

            GivenUp++;
            await StartAgainAsync(host);
        }
    }

    /// <summary>Stops the hosts as a user would, with SIGTERM.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_hosts.Select(host => host.Process.TerminateAsync(Drain)));
        foreach (var host in _hosts)
        {
            await host.Process.DisposeAsync();
        }
    }

    private ChildProcess Launch(string log)
    {
        // Under the name of its own, or as an argument of dotnet.
        var self = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "fc.dll")] : [];
        var start = new ProcessStartInfo(self, [.. program, "run", "--partitions", partitions.ToString(CultureInfo.InvariantCulture)]);
        foreach (var (name, value) in target.HostSettings())
        {
            // Not on the command line, where everybody reads it: the tables' connection string holds a key.
            start.Environment.Remove(name.Replace(":", "__", StringComparison.Ordinal));
            if (value is not null)
            {
                start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
            }
        }

        start.Environment["OrdersTopic"] = target.Topic;
        start.Environment["FC_HOME"] = folder.Home;
        start.Environment["MailFolder"] = Path.Combine(folder.Home, ".local", "mail");
        foreach (var ofServer in MailSettings.Names.Where(name => name.StartsWith("Smtp", StringComparison.Ordinal)))
        {
            start.Environment.Remove(ofServer);
        }

        start.Environment["EffectivelyOnce__OutboxLease"] = KillRun.OutboxLease.ToString("c", CultureInfo.InvariantCulture);
        return ChildProcess.Start(start, log, $"{self} is missing, which runs the hosts: build again");
    }

    private sealed class LabHost(string log, ChildProcess process)
    {
        public string Log { get; } = log;

        public ChildProcess Process { get; } = process;

        // Whether it has said which partitions it holds: it says so when all that a start needs has answered.
        public bool WasUp { get; set; }
    }
}
