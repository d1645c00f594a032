using FunctionsConsumers.Audit;

namespace FunctionsConsumers.Lab.Proving;

/// <summary>What <c>fc run --orders --json</c> prints: the audit's object, and what the run measured.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Records">Records since the start of the run.</param>
/// <param name="DistinctOrders">Valid orders by id.</param>
/// <param name="Poison">Records that are no order.</param>
/// <param name="Unaudited">Effects whose record the log does not hold any more.</param>
/// <param name="Findings">What is not good, each thing by itself.</param>
/// <param name="Groups">Each group's numbers.</param>
/// <param name="Verdict">The audit in one sentence.</param>
/// <param name="Ok">Whether nothing is lost, doubled, pending or still in an outbox, and the stock is right.</param>
/// <param name="Seed">The seed of the traffic.</param>
/// <param name="Seconds">From the first record produced to the last one settled by all groups.</param>
/// <param name="OutboxSeconds">From the first record produced to the last mail or dead letter sent.</param>
/// <param name="OrdersPerSecond">Distinct orders handled by all groups in that time, for each second.</param>
/// <param name="PeakMemoryBytes">The most memory that this process held, the embedded broker included, the embedded tables not.</param>
internal sealed record RunReport(
    string Topic, long Records, long DistinctOrders, long Poison, long Unaudited,
    IReadOnlyList<Finding> Findings, IReadOnlyList<GroupReport> Groups, string Verdict, bool Ok,
    long Seed, double Seconds, double OutboxSeconds, double OrdersPerSecond, long PeakMemoryBytes);
