using FunctionsConsumers.Audit;

namespace FunctionsConsumers.Lab.Kill;

/// <summary>What <c>fc lab kill --json</c> prints: the audit's object, and what was done to hosts and services.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Records">Records since the start.</param>
/// <param name="DistinctOrders">Valid orders by id.</param>
/// <param name="Poison">Records that are no order.</param>
/// <param name="Unaudited">Effects whose record the log does not hold any more.</param>
/// <param name="Findings">What is not good, each thing by itself.</param>
/// <param name="Groups">Each group's numbers.</param>
/// <param name="Verdict">The audit in one sentence.</param>
/// <param name="Ok">Whether nothing is lost, doubled, pending or still in an outbox, and the stock is right.</param>
/// <param name="Seed">The seed of the traffic and of the kills.</param>
/// <param name="Broker"><c>kafka</c>, <c>embedded</c> or <c>given</c>.</param>
/// <param name="Hosts">How many hosts there were at once.</param>
/// <param name="Kills">Hosts killed with SIGKILL and started again.</param>
/// <param name="KillsInTraffic">Those of them that held partitions with records still to be handled.</param>
/// <param name="HostsGivenUp">Hosts that gave up at their start, because broker or tables did not answer within the time-out,
/// and were started again.</param>
/// <param name="TableOutageSeconds">How long the table service was away; null where it was not taken away.</param>
/// <param name="BrokerRestartSeconds">How long the broker was away after SIGKILL; null where it was not killed.</param>
/// <param name="Seconds">From the first record produced to the last one handled by all groups.</param>
/// <param name="LeftOut">What was not done, and why.</param>
internal sealed record KillReport(
    string Topic, long Records, long DistinctOrders, long Poison, long Unaudited, IReadOnlyList<Finding> Findings,
    IReadOnlyList<GroupReport> Groups, string Verdict, bool Ok,
    long Seed, string Broker, int Hosts, int Kills, int KillsInTraffic, int HostsGivenUp,
    double? TableOutageSeconds, double? BrokerRestartSeconds, double Seconds, IReadOnlyList<string> LeftOut);

/// <summary>What is asked for.</summary>
/// <param name="Hosts">Hosts at once.</param>
/// <param name="Every">Between two kills, on average.</param>
/// <param name="Kills">Kills at most; null for as many as come until all is handled.</param>
/// <param name="Outage">How long the tables are taken away.</param>
/// <param name="Partitions">Partitions of the topic where it has to be made.</param>
/// <param name="Rate">Records a second at most; null for as many as possible.</param>
/// <param name="Wait">How long all may take.</param>
internal sealed record KillOptions(int Hosts, TimeSpan Every, long? Kills, TimeSpan Outage, int Partitions, long? Rate, TimeSpan Wait);
