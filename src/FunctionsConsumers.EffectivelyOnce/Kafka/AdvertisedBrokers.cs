using System.Globalization;
using System.Net.Sockets;
using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>
/// Finds a broker whose advertised address leads nowhere from here. The cluster answers at the bootstrap list then, and every
/// client that follows its answer waits without end: the commonest trouble with a Kafka in a container.
/// </summary>
internal static class AdvertisedBrokers
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Tries the addresses side by side, for at most 2 s.</summary>
    public static IReadOnlyList<UnreachableBroker> FindUnreachable(IEnumerable<BrokerMetadata> brokers) =>
        [.. Task.WhenAll(brokers.Select(TryAsync)).GetAwaiter().GetResult().OfType<UnreachableBroker>()];

    private static async Task<UnreachableBroker?> TryAsync(BrokerMetadata broker)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"{broker.Host}:{broker.Port}");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var late = new CancellationTokenSource(ConnectTimeout);
        try
        {
            await socket.ConnectAsync(broker.Host, broker.Port, late.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException)
        {
            return new UnreachableBroker(
                address, string.Create(CultureInfo.InvariantCulture, $"no connection within {ConnectTimeout.TotalSeconds:0} s"));
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            return new UnreachableBroker(address, failure.Message);
        }
    }
}

/// <summary>A broker that the cluster names, and that cannot be reached from here.</summary>
/// <param name="Address">The address that it advertises.</param>
/// <param name="Reason">What came of the try.</param>
internal sealed record UnreachableBroker(string Address, string Reason)
{
    /// <summary>What is wrong, and the fix, in one line.</summary>
    public string Describe(string brokers) =>
        $"Kafka at {brokers} (setting KafkaBrokers) answers, and names a broker as {Address}, which cannot be reached from here "
            + $"({Reason}): "
        + "set advertised.listeners of that broker to an address that this machine reaches.";
}
