namespace FunctionsConsumers.Lab.Traffic;

/// <summary>
/// The records of a plan, one after the other, in an order that the seed decides. Memory stays flat however many there
/// are: a resend repeats one of the last <see cref="Window" /> orders.
/// </summary>
internal static class TrafficSequence
{
    /// <summary>How many of the latest orders a resend may choose among.</summary>
    public const int Window = 1_000;

    private const ulong MixStream = 0;

    /// <summary>Makes the records as they are asked for.</summary>
    public static IEnumerable<TrafficRecord> Of(TrafficPlan plan)
    {
        var mix = new RandomSequence(plan.Seed, MixStream);
        var latest = new TrafficRecord[Math.Min(Window, plan.Orders)];
        var orders = 0;
        var resends = plan.ResendCount;
        var poison = plan.PoisonCount;
        while (orders < plan.Orders || resends > 0 || poison > 0)
        {
            // Drawn like balls from an urn, so that each kind is spread over the whole sequence. A resend needs an order before it.
            var ordersLeft = plan.Orders - orders;
            var resendsNow = orders == 0 ? 0 : resends;
            var ball = mix.Below((long)ordersLeft + resendsNow + poison);
            if (ball < ordersLeft)
            {
                var order = ValidOrders.Make(plan.Seed, orders + 1);
                latest[orders % latest.Length] = order;
                orders++;
                yield return order;
            }
            else if (ball < (long)ordersLeft + resendsNow)
            {
                resends--;
                yield return latest[mix.Below(Math.Min(orders, latest.Length))] with { Kind = TrafficKind.Resend };
            }
            else
            {
                yield return PoisonRecords.Make(plan.Seed, plan.PoisonCount - poison + 1);
                poison--;
            }
        }
    }
}
