using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.UnitTests.Orders.Events;

public sealed class RejectionReasonsTests
{
    [Fact]
    public void The_list_is_the_contracts() => Assert.Equal(
        ["not-json", "not-an-order", "bad-quantity", "bad-price", "unknown-product", "bad-address", "too-large", "too-wide",
        "bad-redrive", "key-reused", "order-exists", "refused"],
        RejectionReasons.All);

    [Fact]
    public void The_librarys_own_reasons_are_on_the_list() =>
        Assert.All(
            [DeadLetterReasons.KeyReused, DeadLetterReasons.TooLarge, DeadLetterReasons.TooWide, DeadLetterReasons.BadRedrive,
            DeadLetterReasons.Refused],
            reason => Assert.Contains(reason, RejectionReasons.All));
}
