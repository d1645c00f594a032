using System.Text.RegularExpressions;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>Keeps secrets out of what people read.</summary>
internal static partial class Secrets
{
    private const string Mask = "***";

    /// <summary>A text without the secrets that stand in it: keys, signatures and passwords of connection strings and addresses.</summary>
    public static string Masked(string text) =>
        text.Contains('=', StringComparison.Ordinal) || text.Contains('@', StringComparison.Ordinal)
        ? Login().Replace(Value().Replace(text, "$1" + Mask), "$1" + Mask + "@")
        : text;

    // Of connection strings, of a SAS's query, and of settings that are quoted with their names. In a malformed string blanks
    // may stand around the sign.
    [GeneratedRegex(
        @"((?:AccountKey|SharedAccessKey|SharedAccessSignature|SharedAccessKeyValue|Password|Pwd|ClientSecret|[?&;\s]sig)"
            + @"\s*=\s*)[^\s;&,'""]+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Value();

    // user:password@host
    [GeneratedRegex(@"(://[^\s/:@]+:)[^\s/@]+@")]
    private static partial Regex Login();
}
