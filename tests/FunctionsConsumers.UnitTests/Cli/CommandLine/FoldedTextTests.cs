using FunctionsConsumers.Cli.CommandLine;

namespace FunctionsConsumers.UnitTests.Cli.CommandLine;

public sealed class FoldedTextTests
{
    [Fact]
    public void A_text_that_is_too_long_goes_on_indented_in_the_next_line_and_no_word_is_broken()
    {
        var lines = FoldedText.Lines("one two three four five six seven", 12).ToList();

        Assert.Equal(["one two", "  three four", "  five six", "  seven"], lines);
        Assert.Equal(["  one two", "    three"], FoldedText.Lines("  one two three", 12));
    }

    [Fact]
    public void An_id_that_is_wider_than_the_terminal_stays_whole()
    {
        var id = new string('7', 100);

        Assert.Equal(["id", "  " + id, "  end"], FoldedText.Lines($"id {id} end", 20));
        Assert.Equal([id], FoldedText.Lines(id, 20));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(20)]
    public void What_fits_is_left_as_it_is(int? width) =>
        Assert.Equal(["  one two  three ..."], FoldedText.Lines("  one two  three ...", width));
}
