using System.Diagnostics;
using System.Text;
using FunctionsConsumers.Cli;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.IntegrationTests.Feeds;

namespace FunctionsConsumers.IntegrationTests.Cli;

/// <summary>The command <c>fc</c> as processes of its own, with a folder <c>.local</c> of their own, all gone at the end.</summary>
public sealed class Fc : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _home = Directory.CreateTempSubdirectory("fc-home").FullName;
    private readonly List<FcProcess> _started = [];

    public Fc()
    {
        foreach (var file in (string[])["host.json", "local.settings.json"])
        {
            File.Copy(Path.Combine(Dotnet.Repository, file), Path.Combine(_home, file));
        }
    }

    /// <summary>The folder in which the processes find <c>host.json</c> and leave <c>.local</c>.</summary>
    public string Home => _home;

    /// <summary>The program to run.</summary>
    /// <value>Default the one that these tests were built with.</value>
    public string Program { get; init; } = Path.Combine(AppContext.BaseDirectory, "fc.dll");

    /// <summary>Settings for processes to come, as variables of their environment.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>The run file.</summary>
    public string RunFile => Path.Combine(_home, ".local", "run.json");

    /// <summary>
    /// Runs a command in this process, as from a shell in which nobody can be asked; with an answer given, as from a terminal
    /// where that is typed; with a width given, as at a terminal so wide.
    /// </summary>
    public static async Task<FcResult> RunHereAsync(string line, string? answer = null, int? width = null)
    {
        await using var @out = new StringWriter();
        await using var error = new StringWriter();
        using var typed = answer is null ? null : new StringReader(answer + "\n");
        var exitCode = await FcCommandLine.InvokeAsync(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            new Caller(
                new Terminal(@out, TextWriter.Synchronized(error), ShowsProgress: false, typed) { Width = width },
                new Dictionary<string, string>()),
            TestContext.Current.CancellationToken);
        return new FcResult(exitCode, @out.ToString(), error.ToString());
    }

    /// <summary>Runs a command to its end.</summary>
    public async Task<FcResult> RunAsync(string line, TimeSpan? patience = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(patience ?? Patience);
        var process = Start(line);
        await process.Process.WaitForExitAsync(limit.Token);
        return process.Result;
    }

    /// <summary>Starts a command, and waits for nothing.</summary>
    public FcProcess Begin(string line) => Start(line);

    /// <summary>Starts a command, and waits until it has said something.</summary>
    public async Task<FcProcess> StartAsync(string line, string until)
    {
        var process = Start(line);
        var since = Stopwatch.StartNew();
        while (!process.Result.Error.Contains(until, StringComparison.Ordinal))
        {
            Assert.False(process.Process.HasExited, process.Result.ToString());
            Assert.True(since.Elapsed < Patience, $"never said '{until}': {process.Result}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var started in Enumerable.Reverse(_started))
        {
            if (!started.Process.HasExited)
            {
                started.Process.Kill(entireProcessTree: true);
                await started.Process.WaitForExitAsync(CancellationToken.None);
            }

            started.Process.Dispose();
        }

        Directory.Delete(_home, recursive: true);
    }

    /// <summary>Runs a command in a shell to its end, with what a person would write behind it.</summary>
    public async Task<FcResult> ShellAsync(string line, string behind)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        var process = Start(new ProcessStartInfo("sh", ["-c", $"dotnet '{Program}' {line} {behind}"]));
        await process.Process.WaitForExitAsync(limit.Token);
        return process.Result;
    }

    private FcProcess Start(string line) =>
        Start(new ProcessStartInfo("dotnet", [Program, .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));

    private FcProcess Start(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.WorkingDirectory) = (true, true, _home);
        foreach (var setting in (string[])["KafkaBrokers", "KafkaUsername", "KafkaPassword", "KafkaSslCaLocation", "OrderTables",
            "OrdersTopic"])
        {
            start.Environment.Remove(setting);
        }

        foreach (var (setting, value) in Settings)
        {
            start.Environment[setting] = value;
        }

        start.Environment["FC_HOME"] = _home;
        start.Environment.TryAdd("AZURITE_HOME", Path.Combine(Dotnet.Repository, "infra", "local", "node_modules", "azurite"));
        var process = new FcProcess(Process.Start(start)!);
        _started.Add(process);
        return process;
    }
}

/// <summary>A process and what it has said so far.</summary>
public sealed class FcProcess
{
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();

    public FcProcess(Process process)
    {
        Process = process;
        process.OutputDataReceived += (_, line) => Append(_out, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Process Process { get; }

    public FcResult Result
    {
        get
        {
            lock (_out)
            {
                return new FcResult(Process.HasExited ? Process.ExitCode : -1, _out.ToString(), _error.ToString());
            }
        }
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public async Task<FcResult> TerminateAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", Process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await Process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));
        return Result;
    }

    private void Append(StringBuilder said, string? line)
    {
        lock (_out)
        {
            said.Append(line is null ? "" : line + '\n');
        }
    }
}

/// <summary>What a command did.</summary>
/// <param name="ExitCode">Its exit code; -1 while it runs.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record FcResult(int ExitCode, string Out, string Error);
