using FunctionsConsumers.Audit;


namespace FunctionsConsumers.UnitTests.Audit.Verdicts;

public sealed class VerdictOnConflictsTests
{
    [Fact]
    public void Of_two_orders_with_one_id_the_rows_fingerprint_says_which_stands()
    {
        var world = new AuditedWorld("inventory");
        var first = world.Send(AuditedWorld.Order("a", "Mouse", 1));
        var second = world.Send(AuditedWorld.Order("a", "Laptop", 2), partition: 1);
        world.Apply(second);
        world.DeadLetter(first);

        Assert.Equal(new GroupReport("inventory", 1, 0, 1, 0, 0, 0, 0, 0), world.Judge());
        Assert.Equal((1, 0), world.Count());
    }

    [Fact]
    public void A_conflicting_order_that_was_dropped_silently_is_lost()
    {
        var world = new AuditedWorld("billing");
        world.SendAndApply("a");
        world.Send(AuditedWorld.Order("a", "Mouse", 2));

        Assert.Equal(1, world.Judge().Lost);
    }

    [Fact]
    public void Each_resend_of_a_conflicting_order_needs_its_own_dead_letter()
    {
        var world = new AuditedWorld("billing");
        world.SendAndApply("a");
        world.DeadLetter(world.Send(AuditedWorld.Order("a", "Mouse", 2)));
        world.Send(AuditedWorld.Order("a", "Mouse", 2));

        Assert.Equal(1, world.Judge().Lost);
    }

    [Fact]
    public void A_record_that_was_both_applied_and_dead_lettered_counts_as_applied()
    {
        var world = new AuditedWorld("billing");
        world.DeadLetter(world.SendAndApply("a"));

        Assert.Equal(new GroupReport("billing", 1, 0, 0, 0, 0, 0, 0, 0), world.Judge());
    }

    [Fact]
    public void An_order_applied_before_its_product_left_the_catalog_is_neither_lost_nor_doubled()
    {
        var world = new AuditedWorld("inventory");
        world.SendAndApply("a", "Mouse", 2);
        world.Catalog = AuditedWorld.CatalogOf("Laptop");

        var report = world.Judge();
        Assert.Equal((0, 0), (report.Lost, report.Doubled));
    }

    [Fact]
    public void A_redriven_record_is_expected_of_its_group_alone()
    {
        var billing = new AuditedWorld("billing");
        billing.DeadLetter(billing.Send("no order"));
        billing.Send(AuditedWorld.Order("a"), redrive: "inventory");
        Assert.Equal(0, billing.Judge().Lost);

        var inventory = new AuditedWorld("inventory");
        inventory.DeadLetter(inventory.Send("no order"));
        inventory.Send(AuditedWorld.Order("a"), redrive: "inventory");
        Assert.Equal(1, inventory.Judge().Lost);
    }
}
