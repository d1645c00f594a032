using System.Text;
using FunctionsConsumers.Audit;

namespace FunctionsConsumers.UnitTests.Audit.Verdicts;

public sealed class VerdictOnHeadersTests
{
    private static readonly string Long = new('k', 1_001);

    public static TheoryData<string, (string, byte[]?)[]> TooLong => new()
    {
        { "a header", [("idempotency-key", Encoding.UTF8.GetBytes(Long))] },
        { "CloudEvents", [("ce_source", Encoding.UTF8.GetBytes(Long[..500])), ("ce_id", Encoding.UTF8.GetBytes(Long[..500]))] },
        { "the id of a message", [("message-id", Encoding.UTF8.GetBytes(Long))] },
        { "bytes that are no UTF-8", [("idempotency-key", [.. Enumerable.Repeat((byte)0xFF, 500)])] },
        { "the last of several", [("idempotency-key", "short"u8.ToArray()), ("idempotency-key", Encoding.UTF8.GetBytes(Long))] },
    };

    public static TheoryData<string, (string, byte[]?)[]> Usable => new()
    {
        { "1,000 characters", [("idempotency-key", Encoding.UTF8.GetBytes(Long[..1_000]))] },
        { "characters and not bytes", [("idempotency-key", Encoding.UTF8.GetBytes(new string('é', 1_000)))] },
        { "an empty last one", [("idempotency-key", Encoding.UTF8.GetBytes(Long)), ("idempotency-key", [])] },
        { "half of CloudEvents", [("ce_id", Encoding.UTF8.GetBytes(Long))] },
        { "CloudEvents before the id of a message",
        [("ce_source", "s"u8.ToArray()), ("ce_id", "1"u8.ToArray()), ("message-id", Encoding.UTF8.GetBytes(Long))] },
        { "the key before CloudEvents",
        [("idempotency-key", "k"u8.ToArray()), ("ce_source", Encoding.UTF8.GetBytes(Long)), ("ce_id", "1"u8.ToArray())] },
    };

    [Theory]
    [MemberData(nameof(TooLong))]
    public void An_order_under_a_key_that_is_too_long_needs_a_dead_letter_and_has_no_effect(string what, (string, byte[]?)[] headers)
    {
        var world = new AuditedWorld("inventory");
        var record = world.Send(AuditedWorld.Order("a"), headers: headers);

        Assert.True(world.Judge() is { Lost: 1, StockOff: 0 }, what);
        world.DeadLetter(record);
        Assert.Equal(new GroupReport("inventory", 0, 0, 1, 0, 0, 0, 0, 0), world.Judge());
        Assert.Equal((0, 1), world.Count());
    }

    [Theory]
    [MemberData(nameof(Usable))]
    public void A_key_that_is_short_enough_leaves_the_order_an_order(string what, (string, byte[]?)[] headers)
    {
        var world = new AuditedWorld("billing");
        world.Apply(world.Send(AuditedWorld.Order("a"), headers: headers));

        Assert.True(world.Judge().Ok, what);
        Assert.Equal((1, 0), world.Count());
    }

    [Fact]
    public void A_resend_under_a_key_that_is_too_long_is_a_duplicate_where_the_order_is_applied()
    {
        var world = new AuditedWorld("billing");
        world.SendAndApply("a");
        world.Send(AuditedWorld.Order("a"), headers: ("idempotency-key", Encoding.UTF8.GetBytes(Long)));

        Assert.Equal(new GroupReport("billing", 1, 1, 0, 0, 0, 0, 0, 0), world.Judge());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Billing")]
    [InlineData("biling")]
    [InlineData("billing,inventory")]
    [InlineData("billing ")]
    public void A_record_redriven_for_no_group_needs_a_dead_letter_of_each(string redrive)
    {
        foreach (var group in (string[])["billing", "inventory", "notification"])
        {
            var world = new AuditedWorld(group);
            var record = world.Send(AuditedWorld.Order("a"), redrive: redrive);

            Assert.Equal(1, world.Judge().Lost);
            world.DeadLetter(record);
            Assert.Equal(new GroupReport(group, 0, 0, 1, 0, 0, 0, 0, 0), world.Judge());
            Assert.Equal((0, 1), world.Count());
        }
    }

    [Fact]
    public void A_record_that_a_group_passes_over_is_none_of_its_duplicates()
    {
        var world = new AuditedWorld("billing");
        world.Send(AuditedWorld.Order("a"), redrive: "inventory");

        Assert.Equal(new GroupReport("billing", 0, 0, 0, 0, 0, 0, 0, 0), world.Judge());
    }
}
