using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Verdicts;


namespace FunctionsConsumers.UnitTests.Audit.Verdicts;

public sealed class VerdictTests
{
    public static TheoryData<string> Groups => ["billing", "inventory", "notification"];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Orders_handled_once_are_good(string group)
    {
        var world = new AuditedWorld(group);
        world.SendAndApply("a");
        world.SendAndApply("b", "Mouse", 3, partition: 1);
        world.Send(AuditedWorld.Order("a"), partition: 1);
        world.DeadLetter(world.Send("no order"));

        Assert.Equal(new GroupReport(group, 2, 1, 1, 0, 0, 0, 0, 0), world.Judge());
        Assert.Equal((2, 1), world.Count());
        Assert.Empty(world.Findings);
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void An_order_without_an_effect_is_lost_once_however_often_it_was_sent(string group)
    {
        var world = new AuditedWorld(group);
        world.SendAndApply("a");
        world.Send(AuditedWorld.Order("b"));
        world.Send(AuditedWorld.Order("b"));

        var report = world.Judge();
        Assert.Equal(1, report.Lost);
        Assert.False(report.Ok);
        Assert.Contains(world.Findings, finding => finding.ToString() == $"{group}: order b has no effect"
            && finding is { Kind: "lost", OrderId: "b", Partition: 0, Offset: 1 });
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void A_valid_order_that_was_dead_lettered_instead_of_applied_is_lost(string group)
    {
        var world = new AuditedWorld(group);
        world.DeadLetter(world.Send(AuditedWorld.Order("a")));

        Assert.Equal(1, world.Judge().Lost);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData(null)]
    [InlineData("""{"order_id":"x","product":"Zeppelin"}""")]
    public void A_record_that_is_no_order_and_has_no_dead_letter_is_lost(string? value)
    {
        var world = new AuditedWorld("billing");
        world.SendAndApply("a");
        world.Send(value);

        Assert.Equal(1, world.Judge().Lost);
        Assert.Equal((1, 1), world.Count());
    }

    [Fact]
    public void A_dead_letter_of_another_record_does_not_help()
    {
        var world = new AuditedWorld("billing");
        world.Send("not json");
        world.Table.DeadLetters.Add((AuditedWorld.Topic, 1, 0), null);
        world.Table.DeadLetters.Add(("other-topic", 0, 0), null);

        Assert.Equal(1, world.Judge().Lost);
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void An_order_with_an_effect_in_two_buckets_is_doubled(string group)
    {
        var world = new AuditedWorld(group);
        var record = world.SendAndApply("a");
        world.Apply(record, bucket: "b002", stock: false);

        Assert.Equal(1, world.Judge().Doubled);
        Assert.Contains(world.Findings, finding => finding.Detail.Contains("b001 and b002", StringComparison.Ordinal)
            && finding.Kind == "doubled");
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void An_effect_of_no_order_is_doubled(string group)
    {
        var world = new AuditedWorld(group);
        world.SendAndApply("a");
        world.DeadLetter(world.Send("no order"));
        world.Apply(new AuditedRecord(0, 1, System.Text.Encoding.UTF8.GetBytes(AuditedWorld.Order("ghost")), world.Now), stock: false);

        Assert.Equal(1, world.Judge().Doubled);
    }

    [Fact]
    public void An_effect_from_a_payload_that_no_record_carries_is_doubled_and_its_order_lost()
    {
        var world = new AuditedWorld("billing");
        var record = world.Send(AuditedWorld.Order("a"));
        world.Apply(record, fingerprint: Fingerprint.Of("something else"u8));

        var report = world.Judge();
        Assert.Equal((1, 1), (report.Lost, report.Doubled));
    }

    [Theory]
    [InlineData(+3)]
    [InlineData(-2)]
    public void Stock_that_differs_from_what_was_ordered_counts_by_the_quantity(long error)
    {
        var world = new AuditedWorld("inventory");
        world.SendAndApply("a", "Mouse", 5);
        world.SendAndApply("b", "Laptop", 5);
        world.Table.AddReserved("Mouse", AuditedWorld.Topic, error);

        var report = world.Judge();
        Assert.Equal((0, Math.Abs(error)), (report.Doubled, report.StockOff));
        Assert.Equal("stock_off", Assert.Single(world.Findings).Kind);
    }

    [Fact]
    public void Errors_of_the_stock_of_two_products_do_not_cancel_out()
    {
        var world = new AuditedWorld("inventory");
        world.SendAndApply("a", "Mouse", 5);
        world.Table.AddReserved("Mouse", AuditedWorld.Topic, -1);
        world.Table.AddReserved("Laptop", AuditedWorld.Topic, 1);

        Assert.Equal(2, world.Judge().StockOff);
    }

    [Fact]
    public void Stock_reserved_for_another_topic_is_not_this_audits()
    {
        var world = new AuditedWorld("inventory");
        world.SendAndApply("a");
        world.Table.AddReserved("Mouse", "other-topic", 7);

        Assert.True(world.Judge().Ok);
    }

    [Fact]
    public void A_record_above_the_committed_offset_is_pending_and_neither_lost_nor_expected_in_the_stock()
    {
        var world = new AuditedWorld("inventory");
        world.SendAndApply("a");
        world.Send(AuditedWorld.Order("b", "Mouse", 4));
        world.Send("no order");
        world.Committed[0] = 1;

        Assert.Equal(new GroupReport("inventory", 1, 0, 0, 0, 2, 0, 0, 0), world.Judge());
    }

    [Fact]
    public void A_group_that_never_committed_has_everything_pending()
    {
        var world = new AuditedWorld("billing");
        world.Send(AuditedWorld.Order("a"));
        world.Committed[0] = -1001;

        var report = world.Judge();
        Assert.Equal((1, 0), (report.Pending, report.Lost));
    }

    [Fact]
    public void A_row_left_in_the_outbox_is_not_good()
    {
        var world = new AuditedWorld("notification");
        world.SendAndApply("a");
        world.Table.Messages = 1;

        Assert.False(world.Judge().Ok);
        Assert.Equal(("outbox", "1 messages are still in the outbox: fc outbox list shows them"),
            Assert.Single(world.Findings) is var finding ? (finding.Kind, finding.Detail) : default);
    }
}
