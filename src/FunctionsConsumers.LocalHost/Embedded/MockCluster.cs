using System.Runtime.InteropServices;

namespace FunctionsConsumers.LocalHost.Embedded;

/// <summary>
/// librdkafka's own mock cluster in this process: one broker on 127.0.0.1 that speaks the real protocol. It keeps about
/// 5 MiB of each partition and drops the oldest silently; it knows no CreateTopics, ListGroups, DescribeGroups and
/// DescribeConfigs (read in the source of librdkafka 2.15).
/// </summary>
internal sealed class MockCluster : IDisposable
{
    /// <summary>What the ids of mock clusters begin with; the broker tells its cluster's id to every client.</summary>
    private const string IdPrefix = "mockCluster";

    /// <summary>
    /// The mock ends every later rebalance only when the session time-out, less a second, has passed, whether or not all
    /// members have joined: with the 45 s that suit a real broker, each host that comes or goes would stop all others for
    /// 44 s. So consumers of a mock cluster use no more than this.
    /// </summary>
    public static readonly TimeSpan LongestSession = TimeSpan.FromSeconds(6);

    /// <summary>
    /// With a session of a second or less, the mock puts out members that wait for the end of a rebalance, and never answers
    /// them.
    /// </summary>
    public static readonly TimeSpan ShortestSession = TimeSpan.FromSeconds(2);

    /// <summary>The mock waits 3 s for the first members of a group unless told; the members of one host come together.</summary>
    private const int FirstRebalanceDelayMs = 100;

    private nint _client;
    private nint _cluster;

    private MockCluster(nint client, nint cluster, string brokers)
    {
        _client = client;
        _cluster = cluster;
        Brokers = brokers;
    }

    /// <summary>The bootstrap list.</summary>
    public string Brokers { get; }

    /// <summary>Starts a cluster.</summary>
    /// <exception cref="LocalHostException">The native library cannot be loaded, or refuses.</exception>
    public static MockCluster Start()
    {
        var client = NewClient();
        var cluster = Librdkafka.MockClusterNew(client, 1);
        if (cluster == 0)
        {
            Librdkafka.Destroy(client);
            throw new LocalHostException("The embedded Kafka cluster could not be started: no port of 127.0.0.1 could be listened on.");
        }

        Librdkafka.MockGroupInitialRebalanceDelay(cluster, FirstRebalanceDelayMs);

        // Without a controller, which a mock does not have unless told, DescribeTopics and the like wait for one until
        // they time out. Brokers are numbered from 1.
        Librdkafka.MockSetControllerId(cluster, 1);
        var brokers = Marshal.PtrToStringUTF8(Librdkafka.MockClusterBootstraps(cluster))!;
        return new MockCluster(client, cluster, brokers);
    }

    /// <summary>
    /// Whether a broker belongs to a mock cluster, this process's or another's. Asked of a client of the native library, since
    /// Confluent.Kafka gives no cluster's id away but by DescribeCluster, which on a real broker takes a right of its own. Blocks
    /// until the broker answers.
    /// </summary>
    public static bool IsAt(string brokers, TimeSpan timeout)
    {
        var client = NewClient(brokers);
        try
        {
            var id = Librdkafka.ClusterId(client, (int)timeout.TotalMilliseconds);
            if (id == 0)
            {
                return false;
            }

            var isMock = Marshal.PtrToStringUTF8(id)!.StartsWith(IdPrefix, StringComparison.Ordinal);
            Librdkafka.MemFree(client, id);
            return isMock;
        }
        finally
        {
            Librdkafka.Destroy(client);
        }
    }

    /// <summary>Makes a topic.</summary>
    /// <exception cref="LocalHostException">The cluster refuses the name or the number.</exception>
    public void CreateTopic(string topic, int partitions)
    {
        ObjectDisposedException.ThrowIf(_cluster == 0, this);
        var error = Librdkafka.MockTopicCreate(_cluster, topic, partitions, 1);
        if (error != 0)
        {
            throw new LocalHostException(
                $"The embedded Kafka cluster refused the topic {topic} with {partitions} partitions: "
                + $"{new Confluent.Kafka.Error((Confluent.Kafka.ErrorCode)error).Reason}.");
        }
    }

    public void Dispose()
    {
        if (_cluster == 0)
        {
            return;
        }

        Librdkafka.MockClusterDestroy(_cluster);
        Librdkafka.Destroy(_client);
        _cluster = 0;
        _client = 0;
    }

    /// <summary>A client that says nothing; the mock lives on the threads of one that connects to nothing.</summary>
    private static nint NewClient(string? brokers = null)
    {
        Span<byte> reason = stackalloc byte[512];
        reason.Clear();
        var configuration = Librdkafka.ConfNew();
        Librdkafka.ConfSetLogCallback(configuration, 0);
        if (brokers is not null)
        {
            // No list of brokers is refused here; one that leads nowhere gets no answer.
            _ = Librdkafka.ConfSet(
                configuration, "bootstrap.servers", brokers, ref MemoryMarshal.GetReference(reason), (nuint)reason.Length);
        }

        var client = Librdkafka.New(Librdkafka.Producer, configuration, ref MemoryMarshal.GetReference(reason), (nuint)reason.Length);
        if (client == 0)
        {
            Librdkafka.ConfDestroy(configuration);
            throw new LocalHostException($"librdkafka could not be started: {System.Text.Encoding.UTF8.GetString(reason).TrimEnd('\0')}.");
        }

        return client;
    }
}
