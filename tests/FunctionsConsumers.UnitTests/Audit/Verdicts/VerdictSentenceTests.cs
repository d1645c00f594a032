using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Verdicts;

namespace FunctionsConsumers.UnitTests.Audit.Verdicts;

public sealed class VerdictSentenceTests
{
    private static readonly GroupReport Good = new("billing", 4, 1, 1, 0, 0, 0, 0, 0);

    private static readonly GroupReport Bad = new("inventory", 4, 1, 1, 3, 0, 2, 0, 5);

    [Fact]
    public void What_is_good_is_said_in_one_sentence() =>
        Assert.Equal("Every record of order-events was handled once by billing.", Verdict.Sentence("order-events", [Good], 0, null, null));

    [Fact]
    public void What_is_bad_is_said_with_the_group_and_the_numbers() => Assert.Equal(
        "Not every record of order-events was handled once: inventory has 2 lost, 5 pieces off in the stock, 3 still in the outbox.",
        Verdict.Sentence("order-events", [Good, Bad], 0, null, null));

    [Fact]
    public void What_could_not_be_audited_is_said_with_its_number_and_its_offset() => Assert.Equal(
        "Every record of order-events was handled once by billing; 7 effects come from records that the log does not hold any more, and "
        + "were not audited; "
        + "the broker no longer holds order-events:0 below 5, and the verdict is on what it holds.",
        Verdict.Sentence("order-events", [Good], 7, "order-events:0 below 5", null));

    [Fact]
    public void An_audit_that_did_not_see_the_end_is_not_finished() => Assert.Equal(
        "The audit of order-events is not finished: the groups did not reach the end in time (records to go: billing 3).",
        Verdict.Sentence("order-events", [Good], 0, null, "billing 3"));
}
