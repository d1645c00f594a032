using System.Security.Cryptography;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class ContentHashTests
{
    private static readonly string Text = Convert.ToHexStringLower(SHA256.HashData("order"u8));

    [Fact]
    public void It_is_the_SHA_256_as_64_hex_digits_and_is_read_from_them()
    {
        var hash = ContentHash.Of("order"u8);
        Assert.Equal(Text, hash.ToString());
        Assert.Equal(hash, ContentHash.Parse(Text));
        Assert.NotEqual(hash, ContentHash.Of("orders"u8));
    }

    public static TheoryData<string?> OtherTexts => [null!, "", Text[1..], Text + "0", Text.ToUpperInvariant(), "x" + Text[1..]];

    [Theory]
    [MemberData(nameof(OtherTexts))]
    public void What_is_not_written_so_is_no_hash(string? text) => Assert.Null(ContentHash.Parse(text));

    [Fact]
    public void An_identity_made_of_a_hash_is_that_made_of_its_text()
    {
        var coordinates = new Coordinates("topic", 1, 2);
        var ofHash = new EventIdentity("group", "subject", "key", ContentHash.Of("order"u8), coordinates);
        var ofText = new EventIdentity("group", "subject", "key", Text, coordinates);
        Assert.Equal(ofText, ofHash);
        Assert.Equal(ofText.GetHashCode(), ofHash.GetHashCode());
        Assert.Equal(ofText.ToString(), ofHash.ToString());
        Assert.Equal(ofText.Hash, ofHash.Hash);
        Assert.NotEqual(ofText, ofHash with { Fingerprint = "" });
        Assert.Null((ofHash with { Fingerprint = "" }).Hash);
    }
}
