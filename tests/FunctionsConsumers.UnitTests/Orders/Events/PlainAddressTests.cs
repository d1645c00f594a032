using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.UnitTests.Orders.Reading;

namespace FunctionsConsumers.UnitTests.Orders.Events;

public sealed class PlainAddressTests
{
    [Theory]
    [InlineData("a@example.org")]
    [InlineData("a@localhost")]
    [InlineData("first.last+tag@sub.example.org")]
    [InlineData("o'brien!#$%&*-/=?^_`{|}~@example.org")]
    [InlineData("A1@xn--mller-kva.example")]
    [InlineData("a@1-2.example")]
    public void A_plain_address_is_taken_as_it_is(string address)
    {
        Assert.True(PlainAddress.IsValid(address));
        Assert.Equal(address, Decoding.Order($$"""{"order_id":"1","product":"Laptop","email":"{{address}}"}""").Email);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a")]
    [InlineData("@")]
    [InlineData("a@")]
    [InlineData("@example.org")]
    [InlineData("a@@example.org")]
    [InlineData("a@b@example.org")]
    [InlineData(" a@example.org")]
    [InlineData("a@example.org ")]
    [InlineData("a b@example.org")]
    [InlineData(".a@example.org")]
    [InlineData("a.@example.org")]
    [InlineData("a..b@example.org")]
    [InlineData("a@example..org")]
    [InlineData("a@.example.org")]
    [InlineData("a@example.org.")]
    [InlineData("a@-example.org")]
    [InlineData("a@example-.org")]
    [InlineData("a@exam_ple.org")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("\\\"a b\\\"@example.org")]
    [InlineData("Alice <a@example.org>")]
    [InlineData("<a@example.org>")]
    [InlineData("a@example.org,b@example.org")]
    [InlineData("a@example.org;b@example.org")]
    [InlineData("a@example.org(comment)")]
    [InlineData("a@example.org\\r\\nBcc: b@example.org")]
    [InlineData("a\\r\\n@example.org")]
    [InlineData("a@example.org\\u0000")]
    [InlineData("a@example.org\\u0085")]
    [InlineData("ä@example.org")]
    [InlineData("a@müller.example")]
    [InlineData("a@example。org")]
    [InlineData("a＠example.org")]
    public void Anything_else_is_a_bad_address(string address)
    {
        Assert.Equal(
            RejectionReasons.BadAddress, Decoding.Rejected($$"""{"order_id":"1","product":"Laptop","email":"{{address}}"}""").Reason);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("[\"a@example.org\"]")]
    [InlineData("{}")]
    [InlineData("false")]
    public void What_is_no_string_is_a_bad_address(string json) =>
        Assert.Equal(RejectionReasons.BadAddress, Decoding.Rejected($$"""{"order_id":"1","product":"Laptop","email":{{json}}}""").Reason);

    [Fact]
    public void The_parts_of_an_address_have_the_limits_of_smtp()
    {
        var label = new string('d', 63);

        Assert.True(PlainAddress.IsValid(new string('l', 64) + "@example.org"));
        Assert.False(PlainAddress.IsValid(new string('l', 65) + "@example.org"));
        Assert.True(PlainAddress.IsValid("a@" + label + ".org"));
        Assert.False(PlainAddress.IsValid("a@" + label + "d.org"));
        Assert.True(PlainAddress.IsValid($"{new string('l', 62)}@{label}.{label}.{label}"));
        Assert.False(PlainAddress.IsValid($"{new string('l', 63)}@{label}.{label}.{label}"));
    }
}
