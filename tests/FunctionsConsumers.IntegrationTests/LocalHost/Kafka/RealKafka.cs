using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;

namespace FunctionsConsumers.IntegrationTests.LocalHost.Kafka;

/// <summary>
/// A real broker for the tests that need one: <c>KAFKA_BROKERS</c> if set, else one broker started from
/// <c>KAFKA_HOME</c> on free ports, with its data in a folder that goes with it. Without either the tests are skipped.
/// </summary>
public sealed class RealKafka : IAsyncLifetime
{
    private readonly string? _home = Environment.GetEnvironmentVariable("KAFKA_HOME");
    private readonly string? _given = Environment.GetEnvironmentVariable("KAFKA_BROKERS");
    private string? _folder;
    private Process? _broker;
    private TlsFiles? _tls;

    /// <summary>The bootstrap list; skips the test where there is no real broker.</summary>
    public string Brokers
    {
        get
        {
            Assert.SkipWhen(field.Length == 0,
                "No real Kafka: set KAFKA_HOME to a Kafka distribution, or KAFKA_BROKERS to a running one.");
            return field;
        }

        private set;
    } = "";

    /// <summary>Another listener of the same broker: SASL/PLAIN over TLS. Only where the broker is the tests' own.</summary>
    public string SaslSslBrokers { get; private set; } = "";

    /// <summary>
    /// Another listener of the same broker, which answers and names an address that leads nowhere. Only where the broker is
    /// the tests' own.
    /// </summary>
    public string MisadvertisedBrokers { get; private set; } = "";

    /// <summary>What that listener names.</summary>
    public const string UnreachableAddress = "127.0.0.1:1";

    /// <summary>The one user of that listener.</summary>
    public static string Username => "orders";

    /// <summary>That user's password.</summary>
    public static string Password => "not-so-secret";

    /// <summary>The files of that listener's certificate authority.</summary>
    public TlsFiles Tls => _tls!;

    /// <summary>Skips the test where the broker is not this fixture's own, to stop or to set up.</summary>
    public void RequireOwn()
    {
        _ = Brokers;
        Assert.SkipWhen(_broker is null, "The broker is not the tests' own to stop or to set up: set KAFKA_HOME and not KAFKA_BROKERS.");
    }

    public async ValueTask InitializeAsync()
    {
        if (!string.IsNullOrEmpty(_given))
        {
            Brokers = _given;
        }
        else if (!string.IsNullOrEmpty(_home))
        {
            _folder = Directory.CreateTempSubdirectory("real-kafka").FullName;
            Brokers = $"127.0.0.1:{FreePort()}";
            SaslSslBrokers = $"localhost:{FreePort()}";
            MisadvertisedBrokers = $"127.0.0.1:{FreePort()}";
            _tls = TlsFiles.Make(_folder);
            await WriteConfigurationAsync(FreePort());
            await StartAsync();
        }
    }

    /// <summary>Starts the broker on the data it had.</summary>
    public async Task StartAsync()
    {
        _broker = Java("kafka.Kafka", Path.Combine(_folder!, "server.properties"));
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Brokers, ReconnectBackoffMaxMs = 500 })
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
        var giveUp = DateTime.UtcNow + TimeSpan.FromMinutes(2);
        while (true)
        {
            try
            {
                await Task.Run(() => admin.GetMetadata(TimeSpan.FromSeconds(5)));
                return;
            }
            catch (KafkaException) when (DateTime.UtcNow < giveUp && !_broker.HasExited)
            {
                // Not yet.
            }
        }
    }

    /// <summary>Kills the broker with SIGKILL; its data stays.</summary>
    public async Task KillAsync()
    {
        _broker!.StandardInput.Close();
        await _broker.WaitForExitAsync();
        _broker.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await KillAsync();
        }

        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WriteConfigurationAsync(int controllerPort)
    {
        var properties = Path.Combine(_folder!, "server.properties");
        var saslListener = SaslSslBrokers.Replace("localhost", "127.0.0.1", StringComparison.Ordinal);
        var listeners = string.Create(CultureInfo.InvariantCulture, $"PLAINTEXT://{Brokers},SASL_SSL://{saslListener},"
            + $"MISADVERTISED://{MisadvertisedBrokers},CONTROLLER://127.0.0.1:{controllerPort}");
        const string Login = "org.apache.kafka.common.security.plain.PlainLoginModule";
        await File.WriteAllTextAsync(properties, string.Create(CultureInfo.InvariantCulture, $"""
            process.roles=broker,controller
            node.id=1
            listeners={listeners}
            advertised.listeners=PLAINTEXT://{Brokers},SASL_SSL://{SaslSslBrokers},MISADVERTISED://{UnreachableAddress}
            listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,MISADVERTISED:PLAINTEXT,CONTROLLER:PLAINTEXT
            inter.broker.listener.name=PLAINTEXT
            ssl.keystore.location={Tls.KeyStore}
            ssl.keystore.password={TlsFiles.KeyStorePassword}
            ssl.keystore.type=PKCS12
            sasl.enabled.mechanisms=PLAIN
            listener.name.sasl_ssl.plain.sasl.jaas.config={Login} required user_{Username}="{Password}";
            controller.listener.names=CONTROLLER
            controller.quorum.voters=1@127.0.0.1:{controllerPort}
            log.dirs={_folder}/data
            offsets.topic.replication.factor=1
            offsets.topic.num.partitions=4
            transaction.state.log.num.partitions=4
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.min.isr=1
            group.initial.rebalance.delay.ms=0
            broker.session.timeout.ms=5000
            """));
        using var format = Java("kafka.tools.StorageTool", "format", "-t", "AAAAAAAAAAAAAAAAAAAAAQ", "-c", properties);
        await format.WaitForExitAsync();
        Assert.True(format.ExitCode == 0, "The broker's folder could not be formatted: is KAFKA_HOME a Kafka of 4.x, and java there?");
    }

    private Process Java(params string[] arguments)
    {
        var log = Path.Combine(_home!, "config", "log4j2.yaml");

        // A broker of a few minutes has no use for the best compiler and for a collector of many threads.
        string[] options = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", Path.Combine(_home!, "libs", "*"),
            .. File.Exists(log) ? [$"-Dlog4j2.configurationFile={log}"] : Array.Empty<string>()];

        // It is killed as soon as the shell's own standard input is closed: by us, or by our end, however that comes.
        const string Guard = "exec 3<&0; \"$@\" 3<&- & java=$!; (read -r _ <&3; kill -9 $java) >/dev/null 2>&1 & guard=$!; wait $java; "
            + "code=$?; kill $guard 2>/dev/null; exit $code";
        string[] shell = ["-c", Guard, "sh", "java", .. options, .. arguments];
        var process = Process.Start(new ProcessStartInfo("sh", shell) { RedirectStandardInput = true, RedirectStandardOutput = true,
            RedirectStandardError = true, WorkingDirectory = _folder })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
