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
        Assert.NotEqual(RowKey.OfCounter("stock", "a!t:0", new Coordinates("u", 0, 0)),
            RowKey.OfCounter("stock", "a", new Coordinates("t:0!u", 0, 0)));

    [Fact]
    public void A_key_that_would_be_too_long_becomes_a_marked_hash()
    {
        var longest = RowKey.OfSubject("invoice", new string('a', RowKey.MaxLength - "invoice!".Length));
        var hashed = RowKey.OfSubject("invoice", new string('ü', 200));
        Assert.Equal(RowKey.MaxLength, longest.Length);
        Assert.StartsWith("invoice!==", hashed, StringComparison.Ordinal);
        Assert.NotEqual(hashed, RowKey.OfSubject("invoice", new string('ü', 199) + 'u'));
    }

    // The hash is part of the table's layout, as the escaping is: with another one, old subjects would not be found.
    [Theory]
    [InlineData("a", 505, "invoice!==8fd052f51a7f5ecb3787b69ba3dc59626760752128041f0601b94519223bbd99")]
    [InlineData("ü", 200, "invoice!==52f26776926e8afc68cbcf2149a40c2fc05f4bc1cc30174748e471e3667accb9")]
    [InlineData("日", 101, "invoice!==ce4f76dfc41d4ce8177dd755973315cf11a3de227e42647c0f7a29fc0858ae32")]
    public void The_hash_of_a_long_subject_never_changes(string unit, int times, string rowKey) =>
        Assert.Equal(rowKey, RowKey.OfSubject("invoice", string.Concat(Enumerable.Repeat(unit, times))));

    [Fact]
    public void The_hash_of_a_long_name_keeps_the_counters_topic_and_partition() => Assert.Equal(
        "stock!==8fd052f51a7f5ecb3787b69ba3dc59626760752128041f0601b94519223bbd99!order-events:3",
        RowKey.OfCounter("stock", new string('a', 505), new Coordinates("order-events", 3, 42)));

    [Theory]
    [InlineData("123", "invoice!123")]
    [InlineData("a/b?c%d+e f!g:h", "invoice!a=002Fb=003Fc=0025d=002Be=0020f=0021g=003Ah")]
    [InlineData("ü€日", "invoice!=00FC=20AC=65E5")]
    [InlineData("\U0001F600", "invoice!=D83D=DE00")]
    public void The_escaping_never_changes(string subject, string rowKey) => Assert.Equal(rowKey, RowKey.OfSubject("invoice", subject));

    [Fact]
    public void Long_subjects_that_differ_in_half_a_character_have_two_keys()
    {
        Assert.Equal("key!==d21a5d3e00058b8500d729f63647f984b3798c4f4350a28fa7535bffc3a272c8",
            RowKey.OfSubject("key", new string('\ud800', 102)));
        Assert.Equal("key!==959bc8811d0b3450606a6cdeac4329ae8535956879193f6a79406b782d725958",
            RowKey.OfSubject("key", new string('\udfff', 102)));
    }

    [Fact]
    public void A_dead_letters_key_shows_its_coordinates() =>
        Assert.Equal("dead!order-events:3:42", RowKey.OfDeadLetter(new Coordinates("order-events", 3, 42)));

    [Fact]
    public void What_was_not_escaped_is_not_unescaped() => Assert.Throws<FormatException>(() => RowKey.Unescape("a=0"));
}
