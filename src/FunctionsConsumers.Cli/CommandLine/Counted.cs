using System.Globalization;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>Numbers of things, in words for a person.</summary>
internal static class Counted
{
    /// <summary>A number and its thing.</summary>
    /// <param name="count">The number.</param>
    /// <param name="one">The word for one; an s makes it many.</param>
    /// <returns>Such as <c>1 member</c> or <c>2 members</c>.</returns>
    public static string Of(long count, string one) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {one}{(count == 1 ? "" : "s")}");
}
