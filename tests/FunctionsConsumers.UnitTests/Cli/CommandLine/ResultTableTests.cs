using FunctionsConsumers.Cli.CommandLine;

namespace FunctionsConsumers.UnitTests.Cli.CommandLine;

public sealed class ResultTableTests : IDisposable
{
    private static readonly string LongId = new('7', 200);
    private readonly StringWriter _out = new();

    public void Dispose() => _out.Dispose();

    private string[] Print(ResultTable table, int? width, bool hasColours = false)
    {
        new Terminal(_out, _out, ShowsProgress: false) { Width = width, HasColours = hasColours }.Print(table);
        return _out.ToString().Split(Environment.NewLine);
    }

    private static ResultTable Audit()
    {
        var table = Terminal.Table(
            "group", "#applied", "#duplicates", "#dead-lettered", "#outbox", "#pending", "#lost", "#doubled", "#stock off");
        foreach (var group in new[] { "billing", "inventory", "notification" })
        {
            Terminal.AddRow(table, group, 1_234_567L, 123_456L, 12_345L, 0L, 0L, BadFigure.UnlessZero(17), BadFigure.UnlessZero(0), 0L);
        }

        return table;
    }

    private static ResultTable Letters()
    {
        var table = Terminal.Table("group", "reason", "topic", "#partition", "#offset", "key", "detail");
        Terminal.AddRow(table, "billing", "not-json", "order-events", 5, 123_456L, LongId, new string('x', 1_500));
        Terminal.AddRow(table, "billing", "not-json", "order-events", 5, 123_457L, null, "short");
        return table;
    }

    [Theory]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(132)]
    [InlineData(null)]
    public void No_figure_and_no_header_of_an_audit_is_cut_and_none_is_wider_than_the_terminal(int? width)
    {
        var lines = Print(Audit(), width);

        var text = string.Join('\n', lines);
        Assert.All(["billing", "inventory", "notification", "applied", "duplicates", "dead-lettered", "stock off", "1234567", "123456",
            "12345", "17"], word => Assert.Contains(word, text, StringComparison.Ordinal));
        Assert.DoesNotContain('…', text);
        Assert.All(lines, line => Assert.True(line.Length <= (width ?? int.MaxValue), line));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(20)]
    [InlineData(null)]
    public void A_text_stands_whole_on_one_line_however_long_it_is(int? width)
    {
        var lines = Print(Letters(), width);

        Assert.Contains(lines, line => line.Contains(LongId, StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(new string('x', 1_500), StringComparison.Ordinal));
    }

    [Fact]
    public void In_a_pipe_each_record_is_one_line() =>
        Assert.Single(Print(Letters(), null), line => line.Contains("123456", StringComparison.Ordinal)
            && line.Contains("xxx", StringComparison.Ordinal));

    [Fact]
    public void What_does_not_fit_side_by_side_stands_one_under_the_other()
    {
        var lines = Print(Letters(), 80);

        Assert.Contains("group      billing", lines);
        Assert.Contains("offset     123457", lines);
    }

    [Fact]
    public void A_bad_figure_is_red_for_a_person_and_plain_in_a_pipe()
    {
        Assert.DoesNotContain('\u001b', string.Join('\n', Print(Audit(), null)));
        _out.GetStringBuilder().Clear();

        var coloured = Array.FindAll(Print(Audit(), 132, hasColours: true), line => line.Contains('\u001b', StringComparison.Ordinal));

        Assert.Equal(3, coloured.Length);
        Assert.All(coloured, line => Assert.Matches("\u001b\\[[0-9;]*31m17\u001b\\[0m|\u001b\\[[0-9;]*m17\u001b\\[0m", line));
    }

    [Fact]
    public void What_producers_write_moves_no_cursor_and_means_no_markup()
    {
        var table = Terminal.Table("key");
        Terminal.AddRow(table, "[red]a[/]\u001b[2J\r\n");

        Assert.Contains(Print(table, 80), line => line.Contains("[red]a[/]\uFFFD[2J\uFFFD\uFFFD", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "0 members")]
    [InlineData(1, "1 member")]
    [InlineData(2, "2 members")]
    public void One_thing_is_one(long count, string expected) => Assert.Equal(expected, Counted.Of(count, "member"));
}
