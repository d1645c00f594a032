using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Redrives;

namespace FunctionsConsumers.UnitTests.Operations.Redrives;

public sealed class RedrivePlanTests
{
    private static readonly DeadLetterEntry Open = new()
    {
        Id = "01", Group = "billing", Reason = "unknown-product", Origin = new Coordinates("order-events", 0, 1),
        At = new Coordinates("order-events.billing.dead-letters", 0, 0),
    };

    [Fact]
    public void What_was_sent_is_left_alone_and_what_a_dead_run_took_is_gone_on_with()
    {
        var plan = RedrivePlan.Of(
            [Open, Open with { State = DeadLetterState.Redriven }, Open with { State = DeadLetterState.Redriving }], alsoParked: false);

        Assert.Equal([RedriveFate.Send, RedriveFate.Redriven, RedriveFate.Resume], plan.Letters.Select(letter => letter.Fate));
        Assert.Equal(2, plan.ToSend.Count);
    }

    [Fact]
    public void What_came_back_as_often_as_is_allowed_is_parked_until_it_is_asked_for()
    {
        var often = Open with { Redrives = DeadLetterRedrive.MostRedrives };
        var parked = often with { State = LetterRows.StateOf(often, null) };

        Assert.Equal(RedriveFate.Parked, RedrivePlan.Of([parked], alsoParked: false).Letters[0].Fate);
        Assert.Equal(RedriveFate.Send, RedrivePlan.Of([parked], alsoParked: true).Letters[0].Fate);
    }

    [Fact]
    public void It_says_how_many_come_back_for_certain() =>
        Assert.Equal(2, RedrivePlan.Of(
            [Open, Open with { Reason = "key-reused" }, Open with { Reason = "order-exists" }], alsoParked: false).ComingBack);

    [Fact]
    public void A_letter_that_does_not_say_where_its_record_stood_is_left_alone() =>
        Assert.Equal(RedriveFate.NoOrigin, RedrivePlan.Of([Open with { Origin = null }], alsoParked: true).Letters[0].Fate);
}
