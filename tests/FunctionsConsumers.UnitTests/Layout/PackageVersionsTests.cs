using System.Xml.Linq;

namespace FunctionsConsumers.UnitTests.Layout;

/// <summary>Directory.Packages.props has the versions of what is used.</summary>
public sealed class PackageVersionsTests
{
    [Fact]
    public void No_package_has_a_version_that_no_project_references()
    {
        var versions = Names(Path.Combine(LineLengthTests.Repository, "Directory.Packages.props"), "PackageVersion");
        var references = Projects().SelectMany(project => Names(project, "PackageReference")).ToHashSet(StringComparer.OrdinalIgnoreCase);

        Assert.Empty(versions.Except(references, StringComparer.OrdinalIgnoreCase));
    }

    private static IEnumerable<string> Projects() => ((string[])["src", "tests", "examples", "build"])
        .Select(folder => Path.Combine(LineLengthTests.Repository, folder))
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*.*proj", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(folder, "*.props", SearchOption.AllDirectories)))
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal));

    private static IEnumerable<string> Names(string file, string element) =>
        XDocument.Load(file).Descendants(element).Select(found => (string?)found.Attribute("Include")).OfType<string>();
}
