using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>Counts what the histories are about and what not each of them has.</summary>
internal sealed class Happenings
{
    private long _crashes;
    private long _rebalances;
    private long _skipped;
    private long _healed;
    private long _dropped;
    private long _forgotten;
    private long _resent;
    private long _throughClient;
    private long _clientsRetries;

    public long Crashes => _crashes;

    public long Skipped => _skipped;

    public long Healed => _healed;

    public long Forgotten => _forgotten;

    public long ThroughClient => _throughClient;

    public long ClientsRetries => _clientsRetries;

    public void OnCrash() => _crashes++;

    public void OnRebalance() => _rebalances++;

    public void OnSkipped(int records) => _skipped += records;

    public void OnHealed(int records) => _healed += records;

    public void OnDropped(int offsets) => _dropped += offsets;

    public void OnForgotten(int rows) => _forgotten += rows;

    public void OnResent() => _resent++;

    public void OnThroughClient() => _throughClient++;

    public void OnClientsRetry() => _clientsRetries++;

    /// <summary>Adds those of another world; from several threads.</summary>
    public void Add(Happenings other)
    {
        Interlocked.Add(ref _crashes, other._crashes);
        Interlocked.Add(ref _rebalances, other._rebalances);
        Interlocked.Add(ref _skipped, other._skipped);
        Interlocked.Add(ref _healed, other._healed);
        Interlocked.Add(ref _dropped, other._dropped);
        Interlocked.Add(ref _forgotten, other._forgotten);
        Interlocked.Add(ref _resent, other._resent);
        Interlocked.Add(ref _throughClient, other._throughClient);
        Interlocked.Add(ref _clientsRetries, other._clientsRetries);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{_crashes} crashes, {_rebalances} moves of a partition, {_skipped} records skipped by the host, {_healed} healed by the gap "
            + $"audit, {_dropped} offsets dropped by the broker, {_forgotten} rows forgotten, {_resent} messages sent again in doubt, "
            + $"{_throughClient} histories through the genuine client, which tried {_clientsRetries} requests again");
}
