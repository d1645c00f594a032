using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FunctionsConsumers.Lab;
using FunctionsConsumers.Lab.Services;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>
/// A PostgreSQL of Debian's package on a free port of 127.0.0.1, with its data in a folder of its own. It refuses to run as
/// root, so root starts it as another user.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Packages = "/usr/lib/postgresql";
    private const string Superuser = "postgres";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly string _programs;
    private readonly string _folder;
    private readonly int _port = FreePort();
    private ChildProcess? _server;
    private int _databases;

    private PostgresServer(string programs, string folder) => (_programs, _folder) = (programs, folder);

    /// <summary>Starts one.</summary>
    /// <param name="durable">With its defaults, each commit flushed to the disk; else with nothing flushed.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <exception cref="LabException">It is not installed, or does not start.</exception>
    public static async Task<PostgresServer> StartAsync(bool durable, CancellationToken cancellationToken)
    {
        var programs = Directory.Exists(Packages)
            ? Directory.GetFiles(Packages, "postgres", SearchOption.AllDirectories).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        if (programs is null)
        {
            throw new LabException($"PostgreSQL is missing (no {Packages}/<version>/bin/postgres): install Debian's package postgresql.");
        }

        var server = new PostgresServer(Path.GetDirectoryName(programs)!, Directory.CreateTempSubdirectory("bench-postgres-").FullName);
        try
        {
            await server.InitializeAsync(durable, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> FreshAsync(CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"round{++_databases}");
        await AskAsync(Superuser, $"create database {name}", cancellationToken);
        return name;
    }

    /// <summary>Removes a database, whoever is still connected.</summary>
    public Task ForgetAsync(string database, CancellationToken cancellationToken) =>
        AskAsync(Superuser, $"drop database {database} with (force)", cancellationToken);

    /// <summary>How Npgsql reaches a database.</summary>
    public string ConnectionString(string database) => string.Create(CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={_port};Database={database};Username={Superuser};Maximum Pool Size=40;Max Auto Prepare=20");

    /// <summary>What a statement answers, in psql's plain form.</summary>
    /// <exception cref="LabException">It fails.</exception>
    public async Task<string> AskAsync(string database, string statement, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Path.Combine(_programs, "psql"),
            ["-h", "127.0.0.1", "-p", Port, "-U", Superuser, "-d", database, "-X", "-A", "-t", "-c", statement])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var psql = Process.Start(start)!;
        var errors = psql.StandardError.ReadToEndAsync(cancellationToken);
        var answer = await psql.StandardOutput.ReadToEndAsync(cancellationToken);
        await psql.WaitForExitAsync(cancellationToken);
        return psql.ExitCode == 0
            ? answer.Trim()
            : throw new LabException($"PostgreSQL refuses '{statement}': {(await errors).Trim()}");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.TerminateAsync(StopTimeout);
            await _server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string Port => _port.ToString(CultureInfo.InvariantCulture);

    private string Log => Path.Combine(_folder, "postgres.log");

    private string Data => Path.Combine(_folder, "data");

    private async Task InitializeAsync(bool durable, CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(new ProcessStartInfo("chown", [User, _folder]), cancellationToken);
        }

        await RunAsync(AsUser("initdb", ["-D", Data, "-A", "trust", "-U", Superuser, "-E", "UTF8", "--no-locale"]), cancellationToken);
        string[] quick = durable ? [] : ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];
        _server = ChildProcess.Start(
            AsUser("postgres", ["-D", Data, "-p", Port, "-c", "listen_addresses=127.0.0.1", "-c",
                "unix_socket_directories=", .. quick]),
            Log, "setpriv is missing: install Debian's package util-linux.");
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await AskAsync(Superuser, "select 1", cancellationToken);
                return;
            }
            catch (LabException e)
            {
                if (_server.HasEnded || Stopwatch.GetElapsedTime(since) > StartTimeout)
                {
                    throw new LabException($"PostgreSQL does not start: {_server.LastWords}", e);
                }

                await Task.Delay(100, cancellationToken);
            }
        }
    }

    private static async Task RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new LabException($"{start.FileName} fails: {(await errors).Trim()}");
        }
    }

    // setpriv becomes the program, so that its id is the server's.
    private ProcessStartInfo AsUser(string program, string[] arguments)
    {
        var path = Path.Combine(_programs, program);
        return Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid", User, "--regid", Group, "--clear-groups", path, .. arguments])
            {
                WorkingDirectory = _folder,
            }
            : new ProcessStartInfo(path, arguments) { WorkingDirectory = _folder };
    }

    private static bool HasUser => File.Exists("/etc/passwd")
        && File.ReadLines("/etc/passwd").Any(line => line.StartsWith(Superuser + ":", StringComparison.Ordinal));

    private static string User => HasUser ? Superuser : "nobody";

    private static string Group => HasUser ? Superuser : "nogroup";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
