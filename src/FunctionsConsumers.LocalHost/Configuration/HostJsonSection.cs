using System.Globalization;
using System.Text.Json;

namespace FunctionsConsumers.LocalHost.Configuration;

/// <summary>
/// Reads the options of a section of <c>host.json</c> one by one and knows which were never asked for. Names are compared without
/// case, as the host does. <paramref name="section" /> is null if there is none.
/// </summary>
internal sealed class HostJsonSection(JsonElement? section, Func<string, string> fullName)
{
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The property of that name, whatever its case; null where there is none.</summary>
    public static JsonElement? Find(JsonElement element, string name)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return property.Value;
            }
        }

        return null;
    }

    /// <summary>A whole number, also one written as text.</summary>
    public int? Number(string name, int from, int to = int.MaxValue)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= from
            && number <= to
            ? number
            : throw Wrong(name, value, to == int.MaxValue ? $"a whole number from {from}" : $"a whole number from {from} to {to}");
    }

    /// <summary>A flag, also one written as text.</summary>
    public bool? Flag(string name) => Value(name) is not { } value
        ? null
        : bool.TryParse(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText(), out var flag) ? flag
            : throw Wrong(name, value, "true or false");

    /// <summary>A text.</summary>
    public string? Text(string name) =>
        Value(name) is not { } value ? null : value.ValueKind == JsonValueKind.String ? value.GetString()
            : throw Wrong(name, value, "a text");

    /// <summary>One of some words, whatever its case.</summary>
    public T? OneOf<T>(string name, params ReadOnlySpan<T> words)
        where T : struct, Enum
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        foreach (var word in words)
        {
            if (value.ValueKind == JsonValueKind.String && word.ToString().Equals(value.GetString(), StringComparison.OrdinalIgnoreCase))
            {
                return word;
            }
        }

        throw Wrong(name, value, $"one of {string.Join(", ", words.ToArray())}");
    }

    /// <summary>The names of the options that stand in it.</summary>
    public IReadOnlyList<string> Names => section is { ValueKind: JsonValueKind.Object } element
        ? [.. element.EnumerateObject().Select(property => property.Name)]
        : [];

    /// <summary>The names of the options that were not asked for.</summary>
    public IReadOnlyList<string> Unread() => [.. Names.Where(name => !_read.Contains(name))];

    private JsonElement? Value(string name)
    {
        _read.Add(name);
        return section is { ValueKind: JsonValueKind.Object } element && Find(element, name) is { ValueKind: not JsonValueKind.Null } value
            ? value
            : null;
    }

    private LocalHostException Wrong(string name, JsonElement value, string expected) =>
        new($"{fullName(name)} is {value.GetRawText()}: it must be {expected}.");
}
