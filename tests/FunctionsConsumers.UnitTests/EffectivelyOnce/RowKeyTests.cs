using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class RowKeyTests
{
    [Theory]
    [InlineData("123")]
    [InlineData("a-b_c.D")]
    [InlineData("a!b:c")]
    [InlineData("a/b\\c#d?e%f+g=h i")]
    [InlineData("ünïcode 日本 \U0001F600")]
    [InlineData("\ud800")]
    [InlineData("=003D")]
    [InlineData("")]
    public void Escaping_is_reversible(string part) => Assert.Equal(part, RowKey.Unescape(RowKey.Escape(part)));

    [Fact]
    public void Letters_digits_and_plain_signs_stay_as_they_are() => Assert.Equal("Az09-_.", RowKey.Escape("Az09-_."));

    [Fact]
    public void No_character_that_table_storage_forbids_is_left()
    {
        var all = string.Concat(Enumerable.Range(0, 0x300).Select(c => (char)c));
        Assert.All(RowKey.Escape(all), c => Assert.True(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '='));
    }

    [Fact]
    public void A_part_cannot_pass_for_two() =>
        Assert.NotEqual(RowKey.OfCounter("stock", "a!t:0", new Coordinates("u", 0, 0)), RowKey.OfCounter("stock", "a", new Coordinates("t:0!u", 0, 0)));

    [Fact]
    public void A_key_that_would_be_too_long_becomes_a_marked_hash()
    {
        var longest = RowKey.OfSubject("invoice", new string('a', RowKey.MaxLength - "invoice!".Length));
        var hashed = RowKey.OfSubject("invoice", new string('ü', 200));
        Assert.Equal(RowKey.MaxLength, longest.Length);
        Assert.StartsWith("invoice!==", hashed, StringComparison.Ordinal);
        Assert.NotEqual(hashed, RowKey.OfSubject("invoice", new string('ü', 199) + 'u'));
    }

    [Fact]
    public void A_dead_letters_key_shows_its_coordinates() =>
        Assert.Equal("dead!order-events:3:42", RowKey.OfDeadLetter(new Coordinates("order-events", 3, 42)));

    [Fact]
    public void What_was_not_escaped_is_not_unescaped() => Assert.Throws<FormatException>(() => RowKey.Unescape("a=0"));
}
