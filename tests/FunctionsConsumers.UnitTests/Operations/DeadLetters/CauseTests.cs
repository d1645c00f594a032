using FunctionsConsumers.Operations.DeadLetters;

namespace FunctionsConsumers.UnitTests.Operations.DeadLetters;

public sealed class CauseTests
{
    [Theory]
    [InlineData("key-reused", "'a-1' was handled with another content under the same idempotency key.",
        "… was handled with another content under the same idempotency key.")]
    [InlineData("too-large", "The value has 524289 bytes: an order has at most 524,288 (512 KiB).",
        "The value has … bytes: an order has at most … (… KiB).")]
    [InlineData("not-json", "The value is not JSON: it breaks at line 1, byte 7.", "The value is not JSON: it breaks at line …, byte ….")]
    public void What_differs_from_order_to_order_is_no_part_of_the_cause(string reason, string detail, string cause) =>
        Assert.Equal(cause, Cause.Of(reason, detail));

    [Fact]
    public void The_product_that_the_catalog_lacks_is_the_cause() =>
        Assert.NotEqual(Cause.Of("unknown-product", "The catalog does not know 'Sofa'."),
            Cause.Of("unknown-product", "The catalog does not know 'Lamp'."));
}
