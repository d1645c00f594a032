using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>Reads settings of a section. What is malformed or out of range is an error that names the setting and the range.</summary>
internal sealed class SettingReader(IConfigurationSection section)
{
    /// <summary>Refuses settings of the section that nobody reads: a slip would otherwise take the default in silence.</summary>
    /// <exception cref="SettingException">One is not known; the message has the nearest that is.</exception>
    public void RefuseUnknown(IReadOnlyList<string> known)
    {
        var names = section.GetChildren().Select(child => child.Key);
        if (names.FirstOrDefault(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            var meant = NearestName.Of(unknown, known) is { } nearest ? $", did you mean {NameOf(nearest)}?" : ".";
            throw new SettingException(
                $"{NameOf(unknown)} is a setting that nobody reads{meant} Rename it, or remove it: there are {string.Join(", ", known)}.");
        }
    }

    /// <summary>A whole number.</summary>
    public int Number(string name, int absent, Between<int> range)
    {
        return Text(name) is { } text ? Number(NameOf(name), text, range) : absent;
    }

    /// <summary>A whole number that stands in no section.</summary>
    public static int Number(string name, string text, Between<int> range) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? Checked(name, number, range)
            : throw new SettingException(string.Create(
                CultureInfo.InvariantCulture, $"{name} is '{text}': give a whole number from {range.Least} to {range.Most}."));

    /// <summary>A time, written <c>[days.]hours:minutes:seconds</c>.</summary>
    public TimeSpan Time(string name, TimeSpan absent, Between<TimeSpan> range)
    {
        if (Text(name) is not { } text)
        {
            return absent;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time)
            ? Checked(NameOf(name), time, range)
            : throw new SettingException(
                $"{NameOf(name)} is '{text}': give a time from {range.Least} to {range.Most}, written [days.]hours:minutes:seconds.");
    }

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool absent)
    {
        if (Text(name) is not { } text)
        {
            return absent;
        }

        return bool.TryParse(text, out var flag) ? flag : throw new SettingException($"{NameOf(name)} is '{text}': give true or false.");
    }

    /// <summary>One of the names of an enum.</summary>
    public T Choice<T>(string name, T absent)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return absent;
        }

        return Enum.TryParse<T>(text, ignoreCase: true, out var choice) && Enum.IsDefined(choice) && !char.IsAsciiDigit(text[0])
            ? choice
            : throw new SettingException($"{NameOf(name)} is '{text}': give {string.Join(" or ", Enum.GetNames<T>())}.");
    }

    /// <summary>Holds a number to its range, wherever it was given.</summary>
    public static int Checked(string name, int number, Between<int> range) => number >= range.Least && number <= range.Most
        ? number
        : throw new SettingException(string.Create(
            CultureInfo.InvariantCulture, $"{name} is '{number}': give a whole number from {range.Least} to {range.Most}."));

    /// <summary>Holds a time to its range, wherever it was given.</summary>
    public static TimeSpan Checked(string name, TimeSpan time, Between<TimeSpan> range) => time >= range.Least && time <= range.Most
        ? time
        : throw new SettingException(
            $"{name} is '{time}': give a time from {range.Least} to {range.Most}, written [days.]hours:minutes:seconds.");

    private string NameOf(string name) => section.Path.Replace(":", "__", StringComparison.Ordinal) + "__" + name;

    private string? Text(string name) => string.IsNullOrWhiteSpace(section[name]) ? null : section[name];
}

/// <summary>What a setting may be.</summary>
internal readonly record struct Between<T>(T Least, T Most);
