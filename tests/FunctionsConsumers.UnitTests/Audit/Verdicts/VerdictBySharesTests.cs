using System.Globalization;
using FunctionsConsumers.Audit.Spilling;

namespace FunctionsConsumers.UnitTests.Audit.Verdicts;

public sealed class VerdictBySharesTests
{
    private const int Orders = 2_000;

    [Fact]
    public void Findings_come_in_the_order_of_reading_whatever_share_they_are_of()
    {
        var world = new AuditedWorld("billing");
        for (var order = 0; order < Orders; order++)
        {
            world.Send(AuditedWorld.Order(Id(order)), order % 2);
            world.Send("no order", order % 2);
        }

        for (var order = 0; order < Orders; order++)
        {
            world.Apply(new AuditedRecord(order % 2, order / 2 * 2, Bytes("ghost-" + Id(order)), world.Now));
        }

        Assert.Equal((2 * Orders, Orders), world.Judge() is var report ? (report.Lost, report.Doubled) : default);
        string[] expected =
        [
            .. Enumerable.Range(0, Orders).Select(
                order => Text($"order-events:{order % 2}:{(order / 2 * 2) + 1} can be applied by no group")),
            .. Enumerable.Range(0, Orders).Select(order => Text($"order {Id(order)} has no effect")),
            .. Enumerable.Range(0, Orders).Select(order => Text($"the effect of ghost-{Id(order)}")),
        ];
        Assert.Equal(expected, world.Findings.Zip(expected, (finding, start) => finding.Detail[..start.Length]));
    }

    [Fact]
    public void A_dead_letter_finds_its_record_in_whatever_share_it_is()
    {
        var world = new AuditedWorld("billing");
        for (var order = 0; order < Orders; order++)
        {
            world.DeadLetter(world.Send(AuditedWorld.Order(Id(order), "Zeppelin"), order % 2));
            world.DeadLetter(world.Send(order % 3 == 0 ? null : "no order", order % 2));
        }

        var report = world.Judge();
        Assert.Empty(world.Findings);
        Assert.Equal((2 * Orders, 0), (report.DeadLettered, report.Lost));
    }

    [Fact]
    public void Many_orders_are_no_more_in_memory_than_few() => Assert.InRange(Held(4 * Orders), 1, 1.2 * Held(Orders));

    private static double Held(int orders)
    {
        var world = new AuditedWorld("billing");
        for (var order = 0; order < orders; order++)
        {
            world.SendAndApply(Id(order));
        }

        using var spill = new Spill(memory: 400_000, block: 64);
        world.Judge(spill, TestContext.Current.CancellationToken);
        return spill.MostHeld;
    }

    private static string Id(int order) => Text($"order-{order}");

    private static byte[] Bytes(string id) => System.Text.Encoding.UTF8.GetBytes(AuditedWorld.Order(id));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
