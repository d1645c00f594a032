using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.UnitTests.Layout;

namespace FunctionsConsumers.UnitTests.Benchmarks;

/// <summary>The page that the benchmarks write.</summary>
public sealed class ReportPageTests
{
    private const string Page = """
        before
        <!-- Written by ./bench: -->
        ours
        <!-- up to here. -->
        between
        <!-- Written by ./bench --peers: -->
        theirs
        <!-- up to here. -->
        after
        """;

    [Fact]
    public void The_figures_of_bench_leave_those_of_the_peers_as_they_are() =>
        Assert.Equal(Page.Replace("\nours\n", "\nnew\n", StringComparison.Ordinal), ReportPage.Put(Page, ReportPage.Main, "new\n"));

    [Fact]
    public void The_figures_of_the_peers_leave_those_of_bench_as_they_are() =>
        Assert.Equal(Page.Replace("\ntheirs\n", "\nnew\n", StringComparison.Ordinal), ReportPage.Put(Page, ReportPage.Peers, "new\n"));

    [Theory]
    [InlineData("nothing")]
    [InlineData("<!-- Written by ./bench: -->\nwithout an end")]
    [InlineData("<!-- Written by ./bench: -->\n<!-- Written by ./bench --peers: -->\nthe other's end\n<!-- up to here. -->")]
    public void A_page_without_the_commands_marks_is_refused_and_not_overwritten(string page)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => ReportPage.Put(page, ReportPage.Main, "new\n"));
        Assert.Contains("'<!-- Written by ./bench: -->'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReportPage.Main)]
    [InlineData(ReportPage.Peers)]
    public void The_repositorys_page_has_the_marks_of_both_commands(string command)
    {
        var page = File.ReadAllText(Path.Combine(LineLengthTests.Repository, "docs", "benchmarks.md"));
        Assert.Contains("the new figures", ReportPage.Put(page, command, "the new figures\n"), StringComparison.Ordinal);
    }
}
