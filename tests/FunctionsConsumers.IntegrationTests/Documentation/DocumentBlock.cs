using System.Text.RegularExpressions;
using FunctionsConsumers.IntegrationTests.Feeds;

namespace FunctionsConsumers.IntegrationTests.Documentation;

/// <summary>A code block of a document.</summary>
/// <param name="Document">The document, by its path in the repository.</param>
/// <param name="Language">The word behind the fence; empty for none.</param>
/// <param name="Text">What stands in the block, with a line's end after each line.</param>
/// <param name="File">The file of the repository that the text before the block names last; null where it names none.</param>
internal sealed partial record DocumentBlock(string Document, string Language, string Text, string? File)
{
    /// <summary>Every document of the repository, by its path in it.</summary>
    public static IReadOnlyList<string> Documents { get; } =
    [
        .. Directory.EnumerateFiles(Dotnet.Repository, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Dotnet.Repository, "docs"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Path.Combine(Dotnet.Repository, "src"), "PACKAGE.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Dotnet.Repository, file))
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The blocks of a document, in order.</summary>
    public static IReadOnlyList<DocumentBlock> Of(string document)
    {
        var text = System.IO.File.ReadAllText(Path.Combine(Dotnet.Repository, document));
        return [.. Fenced().Matches(text).Select(match => new DocumentBlock(
            document, match.Groups["language"].Value, match.Groups["code"].Value,
            FileNames().Matches(text[..match.Index]).LastOrDefault()?.Groups["file"].Value))];
    }

    /// <summary>The commands of a shell block: comments taken off, and lines that go on put together.</summary>
    public IEnumerable<string> Commands() => ContinuedLine().Replace(Text, " ").Split('\n')
        .Select(line => Comment().Replace(line, "").Trim()).Where(line => line.Length > 0);

    /// <summary>Does in a copy of the repository what the block says: writes its file, or adds its lines.</summary>
    public void ApplyTo(string folder)
    {
        var path = Path.Combine(
            folder, File ?? throw new InvalidDataException($"{Document}: the text before a block names no file:\n{Text}"));
        if (Language != "diff")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllText(path, Text);
            return;
        }

        var lines = Text.TrimEnd('\n').Split('\n');
        var before = string.Concat(lines.Where(line => line[0] == ' ').Select(line => line[1..] + "\n"));
        var after = string.Concat(lines.Select(line => line[1..] + "\n"));
        var old = System.IO.File.ReadAllText(path);
        Assert.Equal(2, old.Split(before).Length);
        System.IO.File.WriteAllText(path, old.Replace(before, after, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"`(?<file>(src|infra|tests|docs)/[\w./-]+\.\w+)`")]
    private static partial Regex FileNames();

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex ContinuedLine();

    [GeneratedRegex(@"(^|\s{2,})# .*$")]
    private static partial Regex Comment();
}
