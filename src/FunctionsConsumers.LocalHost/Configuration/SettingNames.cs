using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.LocalHost.Configuration;

/// <summary>
/// Resolves what a trigger's attribute says, as the extension does: a setting's name, text with <c>%names%</c>, or the text
/// itself.
/// </summary>
internal static partial class SettingNames
{
    /// <summary>Resolves a text.</summary>
    /// <exception cref="LocalHostException">A setting between percent signs is missing.</exception>
    public static string Resolve(string text, IConfiguration settings, string function)
    {
        if (Text(settings[text]) is { } value)
        {
            return value;
        }

        return Placeholder().Replace(text, match => Text(settings[match.Groups[1].Value])
            ?? throw new LocalHostException(
                $"{function} names the setting {match.Groups[1].Value}, which is missing: set it in local.settings.json or as an "
                + $"environment variable."));
    }

    private static string? Text(string? setting) => string.IsNullOrWhiteSpace(setting) ? null : setting.Trim();

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();
}
