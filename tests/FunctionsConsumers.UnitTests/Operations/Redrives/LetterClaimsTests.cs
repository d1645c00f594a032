using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Redrives;

namespace FunctionsConsumers.UnitTests.Operations.Redrives;

public sealed class LetterClaimsTests
{
    private readonly MemoryTableStore _table = new();

    [Fact]
    public async Task A_letter_is_taken_by_one_run_only()
    {
        var first = await Run("one").TakeAsync(Letters(0, 60), Stop);
        var second = await Run("two").TakeAsync(Letters(30, 60), Stop);

        Assert.Equal(60, first.Count);
        Assert.Equal(Enumerable.Range(60, 30).Select(Id), second.Select(letter => letter.Id));
    }

    [Fact]
    public async Task What_was_sent_is_not_open_any_more_and_what_was_given_back_can_be_taken_again()
    {
        var run = Run("one");
        await run.TakeAsync(Letters(0, 3), Stop);
        await run.SentAsync([Id(0)], Stop);
        await run.ReleaseAsync([Id(1)], Stop);

        Assert.Equal([Id(2)], await run.OpenAsync(Stop));
        Assert.Equal([Id(1)], (await Run("two").TakeAsync(Letters(0, 3), Stop)).Select(letter => letter.Id));
    }

    [Fact]
    public async Task A_letter_that_was_sent_cannot_be_given_back()
    {
        await Run("one").TakeAsync(Letters(0, 1), Stop);
        await Run("two").SentAsync([Id(0)], Stop);
        await Run("three").ReleaseAsync([Id(0)], Stop);

        Assert.Empty(await Run("four").TakeAsync(Letters(0, 1), Stop));
    }

    [Fact]
    public async Task Letters_that_the_broker_has_dropped_are_forgotten()
    {
        var run = Run("one");
        await run.TakeAsync(Letters(0, 10), Stop);
        await run.SentAsync([.. Enumerable.Range(0, 10).Select(Id)], Stop);
        await run.ForgetAsync(new Dictionary<int, long> { [0] = 7 }, Stop);

        Assert.Equal(7, (await Run("two").TakeAsync(Letters(0, 10), Stop)).Count);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Id(int number) => number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    private static List<DeadLetterEntry> Letters(int from, int count) =>
    [
        .. Enumerable.Range(from, count).Select(number => new DeadLetterEntry
        {
            Id = Id(number), Group = "billing", Origin = new Coordinates("order-events", 0, number),
            At = new Coordinates("order-events.billing.dead-letters", 0, number),
        }),
    ];

    private LetterClaims Run(string id) => new(_table, "billing", id, "somebody", TimeProvider.System);
}
