using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;
using FunctionsConsumers.Lab;
using FunctionsConsumers.Lab.Traffic;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>
/// Billing through the library on an Azurite, against Wolverine with its durable inbox on PostgreSQL: the same orders from the
/// same broker, one row for each order.
/// </summary>
internal sealed class WolverineRoutes : IQuestion
{
    // Where each message waits for the disk, rounds are shorter.
    private const int FewOrders = 4_000;
    private const int Orders = 20_000;
    private const decimal Resends = 0.1m;

    private const string Transaction = "one transaction a message, 10% resends";
    private const string Batch = "batch handler, 10% resends";
    private const string UniqueKey = "batch handler with the unique key alone, 10% resends";
    private const string Ours = "ours, 10% resends";
    private const string OursPlain = "ours, no resends";
    private const string Quick = ", nothing flushed to disk";
    private const string Plain = "batch handler, no resends";

    public string Name => "peers";

    public string Asks => "billing's orders/s, Kafka to table";

    public string Against => "Wolverine 6.62, durable inbox on PostgreSQL";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var program = Path.Combine(bench.Root, "tests", "FunctionsConsumers.Peers", "bin", "Release", "net10.0", "peers.dll");
        if (Bench.KafkaHome is null || !File.Exists(program))
        {
            return [Figure.Missing("KAFKA_HOME names no distribution of Kafka, or the peers are not built: ./bench --peers builds them.")];
        }

        await using var kafka = await RealKafka.StartAsync(cancellationToken);
        await using var durable = await PostgresServer.StartAsync(durable: true, cancellationToken);
        await using var quick = await PostgresServer.StartAsync(durable: false, cancellationToken);
        await using var wolverine = PeerProcess.Start("dotnet", program);
        var few = new TrafficPlan(FewOrders, Resends, 0, bench.Seed);
        var resent = new TrafficPlan(Orders, Resends, 0, bench.Seed);
        var plain = new TrafficPlan(Orders, 0, 0, bench.Seed);
        await kafka.FillTopicAsync("few", few, cancellationToken);
        await kafka.FillTopicAsync("resent", resent, cancellationToken);
        await kafka.FillTopicAsync("plain", plain, cancellationToken);
        (string Name, string Route, string Topic, TrafficPlan Plan)[] routes =
        [
            (Transaction, "transaction", "few", few), (Batch, "batch", "few", few), (UniqueKey, "uniqueKey", "resent", resent),
            (Plain, "batch", "plain", plain),
        ];

        var sides = new Sides();
        for (var round = 0; round <= Rounds.Count; round++)
        {
            // The first of each is not counted.
            sides.Counted = round > 0;
            sides.Add(Ours, await HostedBilling.RunAsync(bench, kafka, "resent", resent, cancellationToken));
            foreach (var (name, route, topic, plan) in routes)
            {
                sides.Add(name, await WolverineAsync(wolverine, kafka, durable, route, topic, plan, cancellationToken));
            }

            sides.Add(OursPlain, await HostedBilling.RunAsync(bench, kafka, "plain", plain, cancellationToken));
            foreach (var (name, route, topic, plan) in routes)
            {
                sides.Add(name + Quick, await WolverineAsync(wolverine, kafka, quick, route, topic, plan, cancellationToken));
            }
        }

        await bench.ForgetTablesAsync();
        return
        [
            Judged(Transaction, Ours, 5), Judged(Batch, Ours, 3), Judged(Plain, OursPlain, 1), Told(UniqueKey, Ours),
            Judged(Transaction + Quick, Ours, 5), Judged(Batch + Quick, Ours, 3), Judged(Plain + Quick, OursPlain, 1),
            Told(UniqueKey + Quick, Ours),
        ];

        Figure Judged(string theirs, string ours, double goal) =>
            Figure.AtLeast(theirs, sides.Ratio(ours, theirs), goal, " times its orders/s", sides.Raw(ours, theirs));

        Figure Told(string theirs, string ours) =>
            Figure.Told(theirs, Figure.Number(sides.Ratio(ours, theirs)) + " times its orders/s", sides.Raw(ours, theirs));
    }

    private static async Task<PeerRound> WolverineAsync(
        PeerProcess wolverine, RealKafka kafka, PostgresServer postgres, string route, string topic, TrafficPlan plan,
        CancellationToken cancellationToken)
    {
        var database = await postgres.FreshAsync(cancellationToken);
        var answer = await wolverine.AskAsync<object, Answer>(
            new
            {
                route,
                brokers = kafka.Connection.Brokers,
                topic,
                orders = plan.Orders,
                records = plan.RecordCount,
                database = postgres.ConnectionString(database),
            },
            cancellationToken);
        var invoices = await postgres.AskAsync(
            database, "select count(*) || ' ' || count(distinct order_id) from invoices", cancellationToken);
        await postgres.ForgetAsync(database, cancellationToken);
        return invoices == $"{plan.Orders} {plan.Orders}" && answer.Applied == plan.Orders
            ? new PeerRound(plan.Orders / answer.Seconds, answer.Records - answer.Applied)
            : throw new LabException($"Of {plan.Orders} orders Wolverine's database holds '{invoices}' invoices and distinct orders.");
    }

    private sealed record Answer(double Seconds, int Records, int Applied);

    // The sides' figures by their names.
    private sealed class Sides
    {
        private readonly Dictionary<string, List<PeerRound>> _rounds = new(StringComparer.Ordinal);

        public bool Counted { get; set; }

        public void Add(string side, PeerRound round)
        {
            if (Counted)
            {
                (_rounds.TryGetValue(side, out var rounds) ? rounds : _rounds[side] = []).Add(round);
            }
        }

        public double Ratio(string ours, string theirs) => Rounds.Median(Rates(ours)) / Rounds.Median(Rates(theirs));

        public string Raw(string ours, string theirs) => $"ours: orders/s: {Line(ours)}; Wolverine: {Line(theirs)}";

        private IEnumerable<double> Rates(string side) => _rounds[side].Select(round => round.OrdersPerSecond);

        private string Line(string side) => $"{Rounds.Line(Rates(side))} ({_rounds[side][0].Suppressed} resends suppressed)";
    }
}
