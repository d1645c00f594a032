using System.Diagnostics;
using FunctionsConsumers.SimulationTests.Domain;
using FunctionsConsumers.SimulationTests.SmallWorlds;
using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.SimulationTests;

/// <summary>Small worlds, explored exhaustively: two owners, two partitions, three records with one duplicate.</summary>
public sealed class SmallWorldsTests(ITestOutputHelper output)
{
    [Fact]
    public void Two_owners_of_three_records_with_a_duplicate_and_any_two_faults() =>
        Explore(new SmallWorld("records", Faults.OfRequests, Faults: 2, Rebalances: 1), "order", Records());

    [Fact]
    public void Two_owners_of_a_record_and_its_duplicate_under_keys_alone_and_any_fault() =>
        Explore(new SmallWorld("keys", Faults.CrashOrLostAnswer, Faults: 1, Rebalances: 1), null, Duplicates());

    [Theory]
    [InlineData(OrdersUnderTest.Resent)]
    [InlineData(OrdersUnderTest.Parked)]
    public void Two_owners_of_one_message_and_any_fault(string kind) =>
        Explore(new SmallWorld("message", Faults.CrashOrLostAnswer, Faults: 1, Rebalances: 0, Sends: true, Sweeps: 2, ClockMoves: 2),
            "order", [[OrderSettings.Logged(Order("a", 0, kind), "", 0, 0)]]);

    [Fact]
    public void Two_owners_of_a_skipped_batch_an_audit_and_any_fault() =>
        Explore(new SmallWorld("gap", Faults.CrashOrLostAnswer, Faults: 1, Rebalances: 0, Skips: 1, Audits: 1), "order",
            [[OrderSettings.Logged(Order("a", 0), "k", 0, 0)]]);

    private static IReadOnlyList<IReadOnlyList<LoggedRecord>> Records()
    {
        var first = Order("a", 0);
        return [
            [OrderSettings.Logged(first, "k", 0, 0), OrderSettings.Logged(Order("b", 1), "", 0, 1)],
            [OrderSettings.Logged(first, "k", 1, 0)]];
    }

    private static IReadOnlyList<IReadOnlyList<LoggedRecord>> Duplicates()
    {
        var first = Order("a", 0);
        return [[OrderSettings.Logged(first, "k", 0, 0)], [OrderSettings.Logged(first, "k", 1, 0)]];
    }

    private static OrderSpec Order(string subject, int nonce, params string[] messages) =>
        new(OrderKind.Valid, subject, [("laptop", 1)], messages, 0, 0, nonce);

    private void Explore(SmallWorld small, string? effectKind, IReadOnlyList<IReadOnlyList<LoggedRecord>> records)
    {
        var watch = Stopwatch.StartNew();
        var exploration = Exploration.Of(new Setting
        {
            Seed = 1,
            Consumer = world => new OrdersUnderTest(world, effectKind),
            Records = records,
            Buckets = 1,
            Small = small,
        });
        output.WriteLine($"figures: small world {small}: {exploration.States} distinct states visited, {exploration.Ends} histories "
            + $"judged of {exploration.Histories}, {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.True(exploration.States > 1000, "The world is smaller than it was meant to be.");
        Assert.True(exploration.Violation is null, exploration.Violation);
    }
}
