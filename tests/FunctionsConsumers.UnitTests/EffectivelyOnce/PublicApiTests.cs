using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

/// <summary>What users of the package can bind to changes on purpose only: it is listed in <c>PublicApi.txt</c>.</summary>
public sealed class PublicApiTests
{
    private const string Root = "FunctionsConsumers.EffectivelyOnce";

    [Fact]
    public void The_public_api_is_the_one_that_is_listed()
    {
        using var stream = typeof(PublicApiTests).Assembly.GetManifestResourceStream("EffectivelyOnce.PublicApi.txt")!;
        using var reader = new StreamReader(stream);

        var differences = PublicApi.Compare(reader.ReadToEnd().Split('\n'), PublicApi.Render(typeof(SettingException).Assembly.GetExportedTypes(), Root));

        Assert.True(differences.Count == 0, $"The public API changed. Where that is meant, say so in CHANGELOG.md and mend tests/FunctionsConsumers.UnitTests/EffectivelyOnce/PublicApi.txt:\n{string.Join('\n', differences)}");
    }

    [Fact]
    public void The_lines_say_what_a_caller_depends_on()
    {
        Assert.Equal(
            [
                "PublicApiTests.ISample<T>: Task<T> GiveAsync(string? name, IReadOnlyList<string?> more, int count = 3)",
                "PublicApiTests.ISample<T>: default string Word { get; }",
                "PublicApiTests.ISample<T>: interface where T : class",
                "PublicApiTests.Level: High = 2",
                "PublicApiTests.Level: Low = 0",
                "PublicApiTests.Level: enum",
                "PublicApiTests.Sample: Level? Level { get; init; }",
                "PublicApiTests.Sample: const int Most = 7",
                "PublicApiTests.Sample: ctor(string Name, Level? Level = default)",
                "PublicApiTests.Sample: required string Must { get; set; }",
                "PublicApiTests.Sample: sealed record",
                "PublicApiTests.Sample: string Name { get; init; }",
            ],
            Samples());
    }

    [Fact]
    public void A_list_that_agrees_has_no_differences_whatever_its_order_and_comments() =>
        Assert.Empty(PublicApi.Compare(["# a comment", "", .. Samples().Reverse()], Samples()));

    [Fact]
    public void A_member_that_is_not_listed_is_to_be_added() =>
        Assert.Equal(["+ PublicApiTests.Level: Low = 0"], PublicApi.Compare(Samples().Where(line => !line.Contains("Low", StringComparison.Ordinal)), Samples()));

    [Fact]
    public void A_member_that_is_gone_is_to_be_removed() =>
        Assert.Equal(["- PublicApiTests.Level: Middle = 1"], PublicApi.Compare([.. Samples(), "PublicApiTests.Level: Middle = 1"], Samples()));

    [Fact]
    public void A_member_that_changed_by_a_question_mark_is_both() =>
        Assert.Equal(
            ["+ PublicApiTests.Sample: string Name { get; init; }", "- PublicApiTests.Sample: string? Name { get; init; }"],
            PublicApi.Compare(Samples().Select(line => line.Replace("string Name {", "string? Name {", StringComparison.Ordinal)), Samples()));

    private static IReadOnlyList<string> Samples() => PublicApi.Render([typeof(ISample<>), typeof(Level), typeof(Sample)], "FunctionsConsumers.UnitTests.EffectivelyOnce");

#pragma warning disable CA1034 // They have to be seen from outside to be part of a public surface.
    /// <summary>An interface.</summary>
    /// <typeparam name="T">Anything.</typeparam>
    public interface ISample<T>
        where T : class
    {
        /// <summary>A member that its implementers need not write.</summary>
        string Word => "word";

        /// <summary>A method.</summary>
        Task<T> GiveAsync(string? name, IReadOnlyList<string?> more, int count = 3);
    }

    /// <summary>An enum.</summary>
    public enum Level
    {
        /// <summary>The first.</summary>
        Low,

        /// <summary>The last.</summary>
        High = 2,
    }

    /// <summary>A record.</summary>
    public sealed record Sample(string Name, Level? Level = null)
    {
        /// <summary>A number.</summary>
        public const int Most = 7;

        /// <summary>Has to be given.</summary>
        public required string Must { get; set; }
    }
#pragma warning restore CA1034
}
