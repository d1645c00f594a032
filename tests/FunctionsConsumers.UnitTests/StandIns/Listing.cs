using System.Text.RegularExpressions;

namespace FunctionsConsumers.UnitTests.StandIns;

/// <summary>
/// What a genuine package has to show, as text: a heading for each type, a line for each public or protected member. It was
/// printed from the genuine assemblies.
/// </summary>
internal sealed partial class Listing
{
    private readonly Dictionary<string, ListedType> _types = [];

    private Listing(string text)
    {
        TellsModifiers = text.Contains("sealed class", StringComparison.Ordinal);
        var partial = false;
        ListedType? type = null;
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                partial = line.Contains("only what", StringComparison.Ordinal);
            }
            else if (HeadingPattern().Match(line) is { Success: true } heading)
            {
                var inherits = heading.Groups["inherits"].Value;
                type = new ListedType(heading.Groups["kind"].Value, Split(inherits), [], partial);
                _types.Add(heading.Groups["name"].Value, type);
            }
            else if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                type?.Members.Add(Normalize(line.Trim()));
            }
            else
            {
                type = null;
            }
        }
    }

    /// <summary>Whether the headings tell sealed, abstract and static types from others.</summary>
    public bool TellsModifiers { get; }

    /// <summary>Reads a listing.</summary>
    public static Listing Parse(string text) => new(text);

    /// <summary>Reads a listing that stands among the tests' resources.</summary>
    public static Listing Load(string file)
    {
        using var stream = typeof(Listing).Assembly.GetManifestResourceStream("Listings." + file) ?? throw new FileNotFoundException(
            $"The tests carry no listing {file}.");
        using var reader = new StreamReader(stream);
        return new Listing(reader.ReadToEnd());
    }

    /// <summary>A type by its full name; null where the package has none of it.</summary>
    public ListedType? Find(string fullName) => _types.GetValueOrDefault(fullName);

    /// <summary>One notation for what the listings write in several: names of numbers, by-reference parameters, defaults.</summary>
    public static string Normalize(string member)
    {
        member = member
            .Replace("Byte[]", "byte[]", StringComparison.Ordinal)
            .Replace("Double", "double", StringComparison.Ordinal)
            .Replace("Getdouble", "GetDouble", StringComparison.Ordinal)
            .Replace("out ref ", "out ", StringComparison.Ordinal)
            .Replace("= null", "= default", StringComparison.Ordinal);

        // Only one of the listings says which properties are virtual.
        return member.EndsWith('}') ? member.Replace("virtual ", "", StringComparison.Ordinal) : member;
    }

    private static HashSet<string> Split(string inherits)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var depth = 0;
        var start = 0;
        for (var i = 0; i <= inherits.Length; i++)
        {
            if (i == inherits.Length || (inherits[i] == ',' && depth == 0))
            {
                names.Add(inherits[start..i].Trim());
                start = i + 1;
            }
            else
            {
                depth += inherits[i] switch { '<' => 1, '>' => -1, _ => 0 };
            }
        }

        names.Remove("");
        return names;
    }

    [GeneratedRegex(
        @"^## (?<kind>(?:(?:sealed|abstract|static) )?(?:class|struct|enum|interface)) (?<name>[\w.]+(?:<.+?>)?)"
        + @"(?: :\s*(?<inherits>.*))?$")]
    private static partial Regex HeadingPattern();
}

/// <summary>A type as a listing has it.</summary>
/// <param name="Kind">Class, struct, enum or interface, with its modifier where the listing tells it.</param>
/// <param name="Inherits">Base class and interfaces.</param>
/// <param name="Members">The members, in one notation.</param>
/// <param name="IsPartial">Whether the listing has only some of the members, and leaves out those of the interfaces it names.</param>
internal sealed record ListedType(string Kind, HashSet<string> Inherits, HashSet<string> Members, bool IsPartial);
