using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.LocalHost.Embedded;

/// <summary>
/// Azurite's table service in memory, as a child that ends with this process, however this process ends: the child
/// watches its standard input, whose other end is held here.
/// </summary>
internal sealed partial class Azurite : IAsyncDisposable
{
    /// <summary>The account and key of every emulator of Azure storage, as Microsoft documents them; no secret.</summary>
    private const string Account = "devstoreaccount1";

    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _said = new();
    private volatile bool _ending;

    private Azurite(Process process)
    {
        _process = process;
        ConnectionString = "";
    }

    /// <summary>The connection string of the account <c>devstoreaccount1</c>.</summary>
    public string ConnectionString { get; private set; }

    /// <summary>The child.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Ends with one line when the child ends by itself.</summary>
    public Task<string> Failure => _failure.Task;

    /// <summary>Starts the child and waits until it listens.</summary>
    /// <exception cref="LocalHostException">Node.js or Azurite is missing, or Azurite does not start.</exception>
    public static async Task<Azurite> StartAsync(CancellationToken cancellationToken)
    {
        var azurite = Launch();
        try
        {
            await azurite.UntilAddressedAsync(cancellationToken);
            await azurite.UntilReadyAsync(cancellationToken);
            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the child and waits for nothing.</summary>
    /// <exception cref="LocalHostException">Node.js or Azurite is missing.</exception>
    public static Azurite Launch()
    {
        var azurite = new Azurite(Launch(FindMain()));
        azurite.Watch();
        return azurite;
    }

    /// <summary>Waits until <see cref="ConnectionString" /> is known. Nothing answers there yet.</summary>
    /// <exception cref="LocalHostException">Azurite does not start.</exception>
    public async Task UntilAddressedAsync(CancellationToken cancellationToken)
    {
        await InTimeAsync(_port.Task, cancellationToken);
        ConnectionString = ConnectionStringOf(await _port.Task);
    }

    /// <summary>Waits until the tables answer.</summary>
    /// <exception cref="LocalHostException">Azurite does not start.</exception>
    public Task UntilReadyAsync(CancellationToken cancellationToken) => InTimeAsync(_ready.Task, cancellationToken);

    /// <summary>Ends the child and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        _ending = true;
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            await _process.WaitForExitAsync();
        }
        catch (InvalidOperationException)
        {
            // It ended between the question and the kill.
        }

        _process.Dispose();
    }

    internal static string ConnectionStringOf(int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};TableEndpoint=http://127.0.0.1:{port}/{Account};");

    private static string FindMain()
    {
        string[] modules =
        [
            Path.Combine(LocalFolder.Root, "infra", "local", "node_modules", "azurite"),
            Environment.GetEnvironmentVariable("AZURITE_HOME") ?? "",
        ];
        return modules.Where(module => module.Length > 0).Select(module => Path.Combine(module, "dist", "src", "table",
            "main.js")).FirstOrDefault(File.Exists)
            ?? throw new LocalHostException(
                "Azurite is missing, in which embedded tables run: in the repository ./run installs it; elsewhere npm install azurite "
                + "does, and AZURITE_HOME names its folder, node_modules/azurite; or name a table account with --tables.");
    }

    private static Process Launch(string main)
    {
        using var script = typeof(Azurite).Assembly.GetManifestResourceStream("azurite.js")!;
        using var reader = new StreamReader(script);
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(main),
        };

        // Each transaction makes some thousand short-lived objects; with the default of 16 MiB most of them are copied
        // before they die. Measured in runs of 20,000 orders: a fifth more orders a second.
        start.ArgumentList.Add("--max-semi-space-size=64");
        start.ArgumentList.Add("-e");
        start.ArgumentList.Add(reader.ReadToEnd());
        start.ArgumentList.Add("--");
        start.ArgumentList.Add(main);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new LocalHostException("node is missing, which runs Azurite: install Node.js 20 or later (package nodejs), or name a "
                + "table account with --tables.", e);
        }
    }

    private async Task InTimeAsync(Task step, CancellationToken cancellationToken)
    {
        try
        {
            await step.WaitAsync(StartTimeout, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new LocalHostException($"Azurite did not listen within {StartTimeout.TotalSeconds:0} s; it said: {Said()}", e);
        }
    }

    private void Watch()
    {
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _ = WatchEndAsync();
    }

    private void Heard(string? line)
    {
        if (line is null)
        {
            return;
        }

        if (PortLine().Match(line) is { Success: true } match)
        {
            _port.TrySetResult(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
            return;
        }

        if (line == "ready")
        {
            _ready.TrySetResult();
            return;
        }

        lock (_said)
        {
            // The last lines say why it ended; the first ones are its greetings.
            if (_said.Length > 2_000)
            {
                _said.Remove(0, _said.Length - 1_000);
            }

            _said.Append(_said.Length == 0 ? "" : " | ").Append(line.Trim());
        }
    }

    private async Task WatchEndAsync()
    {
        string code;
        try
        {
            await _process.WaitForExitAsync();
            code = _process.ExitCode.ToString(CultureInfo.InvariantCulture);
        }
        catch (InvalidOperationException)
        {
            // It was let go of meanwhile.
            code = "unknown";
        }

        if (_ending)
        {
            return;
        }

        var message = $"Azurite, the embedded table service, ended by itself with exit code {code}; it said: {Said()}";
        _port.TrySetException(new LocalHostException(message));
        _ready.TrySetException(new LocalHostException(message));
        _failure.TrySetResult(message);
    }

    private string Said()
    {
        lock (_said)
        {
            return _said.Length == 0 ? "nothing" : _said.ToString();
        }
    }

    [GeneratedRegex("^port ([0-9]+)$")]
    private static partial Regex PortLine();
}
