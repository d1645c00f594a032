using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;

namespace FunctionsConsumers.Lab.Services;

/// <summary>
/// One broker of an Apache Kafka distribution (4.x, KRaft mode) on free ports of 127.0.0.1, with its data in a folder of
/// its own. It can be killed and started again on what it had.
/// </summary>
internal sealed class KafkaDistribution : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private readonly string _home;
    private readonly string _folder;
    private readonly string _log;
    private ChildProcess? _broker;

    private KafkaDistribution(string home, string folder, string log)
    {
        (_home, _folder, _log) = (home, folder, log);
        Brokers = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort()}");
    }

    /// <summary>The bootstrap list.</summary>
    public string Brokers { get; }

    /// <summary>Formats a fresh folder and starts the broker.</summary>
    /// <exception cref="LabException">Java or the distribution is missing, or the broker does not start.</exception>
    public static async Task<KafkaDistribution> StartAsync(string home, string folder, string log, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path.Combine(home, "libs")))
        {
            throw new LabException(
                $"{home} is no Kafka: it has no folder libs. Name a Kafka distribution (4.x) with --kafka-home (setting KAFKA_HOME), or a "
                + $"running Kafka with --brokers");
        }

        var kafka = new KafkaDistribution(Path.GetFullPath(home), folder, log);
        try
        {
            await kafka.FormatAsync(cancellationToken);
            await kafka.StartAsync(cancellationToken);
            return kafka;
        }
        catch
        {
            await kafka.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the broker on the data it had, and waits until it answers.</summary>
    /// <exception cref="LabException">It does not start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _broker = Java("kafka.Kafka", Properties);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Brokers, ReconnectBackoffMaxMs = 500 })
            .SetErrorHandler((_, _) => { })
            .SetLogHandler((_, _) => { })
            .Build();
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await Task.Run(() => admin.GetMetadata(AnswerTimeout), cancellationToken);
                return;
            }
            catch (KafkaException e)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_broker.HasEnded || Stopwatch.GetElapsedTime(since) > StartTimeout)
                {
                    throw new LabException($"the Kafka of {_home} does not start: {_broker.LastWords} (its whole output is in {_log})", e);
                }
            }
        }
    }

    /// <summary>Kills the broker with SIGKILL; its data stays.</summary>
    public async Task KillAsync()
    {
        await _broker!.DisposeAsync();
        _broker = null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.TerminateAsync(StopTimeout);
            await KillAsync();
        }
    }

    private string Properties => Path.Combine(_folder, "server.properties");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task FormatAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        var controller = FreePort();
        await File.WriteAllTextAsync(Properties, string.Create(CultureInfo.InvariantCulture, $"""
            process.roles=broker,controller
            node.id=1
            listeners=PLAINTEXT://{Brokers},CONTROLLER://127.0.0.1:{controller}
            advertised.listeners=PLAINTEXT://{Brokers}
            controller.listener.names=CONTROLLER
            controller.quorum.voters=1@127.0.0.1:{controller}
            log.dirs={_folder}/data
            offsets.topic.replication.factor=1
            offsets.topic.num.partitions=4
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.min.isr=1
            group.initial.rebalance.delay.ms=0
            """), cancellationToken);
        var id = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        await using var format = Java("kafka.tools.StorageTool", "format", "-t", "A" + id[1..], "-c", Properties);
        while (!format.HasEnded)
        {
            await Task.Delay(50, cancellationToken);
        }

        if (format.ExitCode != 0)
        {
            throw new LabException($"the Kafka of {_home} cannot format its folder: {format.LastWords} (its whole output is in {_log})");
        }
    }

    private ChildProcess Java(params ReadOnlySpan<string> arguments)
    {
        var java = Environment.GetEnvironmentVariable("JAVA_HOME") is { Length: > 0 } home
                && File.Exists(Path.Combine(home, "bin", "java"))
            ? Path.Combine(home, "bin", "java")
            : "java";
        var logging = Path.Combine(_home, "config", "log4j2.yaml");
        string[] options = ["-Xmx512m", "-cp", Path.Combine(_home, "libs", "*"), .. File.Exists(logging)
            ? [$"-Dlog4j2.configurationFile={logging}"] : Array.Empty<string>()];
        return ChildProcess.Start(
            new ProcessStartInfo(java, [.. options, .. arguments]) { WorkingDirectory = _folder },
            _log,
            "java is missing, which runs Kafka: install Java 17 or later (package openjdk-17-jre-headless), or name a running Kafka with "
            + "--brokers");
    }
}
