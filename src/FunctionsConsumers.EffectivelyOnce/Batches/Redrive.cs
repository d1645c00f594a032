using System.Text;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>
/// Reads the header <c>redrive-group</c> of a record that was sent again from a dead-letter topic for one group. A record
/// that every group passed over would be handled by nobody, so a header that names no group is a dead letter of each.
/// </summary>
internal static class Redrive
{
    /// <summary>The header; where it is repeated, the last one counts.</summary>
    public const string Header = "redrive-group";

    private const int ShownCharacters = 60;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Says for whom a record is meant.</summary>
    /// <param name="record">The record.</param>
    /// <param name="group">The group that reads it.</param>
    /// <param name="groups">All groups of the topic; null where they are not known.</param>
    /// <returns>For whom.</returns>
    public static RedriveTarget TargetOf(ConsumedRecord record, string group, IReadOnlyCollection<string>? groups)
    {
        if (!HasHeader(record))
        {
            return RedriveTarget.Everyone;
        }

        var name = Name(record);
        if (string.Equals(name, group, StringComparison.Ordinal))
        {
            return RedriveTarget.ThisGroup;
        }

        return name is not null && (groups?.Contains(name, StringComparer.Ordinal) ?? IsAnother(name, group))
            ? RedriveTarget.AnotherGroup
            : RedriveTarget.Nobody;
    }

    /// <summary>Why a record that is meant for nobody is a dead letter.</summary>
    /// <param name="record">The record.</param>
    /// <param name="groups">All groups of the topic; null where they are not known.</param>
    /// <returns>The rejection.</returns>
    public static Rejection RejectionOf(ConsumedRecord record, IReadOnlyCollection<string>? groups)
    {
        var name = Name(record) is { } text
            ? "'" + string.Concat(text.EnumerateRunes()
                .Take(ShownCharacters)
                .Select(rune => Rune.IsControl(rune) ? Rune.ReplacementChar : rune)) + "'"
            : "bytes that are no UTF-8 text";
        return new Rejection(DeadLetterReasons.BadRedrive, groups is null
            ? $"The header {Header} holds {name}, which is the name of no consumer group: write the name of one group."
            : $"The header {Header} holds {name}, which is none of the groups {string.Join(", ", groups)}: "
                + "write the name of one of them.");
    }

    private static bool HasHeader(ConsumedRecord record)
    {
        for (var i = 0; i < record.Headers.Count; i++)
        {
            if (record.Headers[i].Name == Header)
            {
                return true;
            }
        }

        return false;
    }

    // A group is also a table, and the service takes names of tables that differ in capitals alone for one.
    private static bool IsAnother(string name, string group) =>
        name.Length is >= 3 and <= 63 && char.IsAsciiLetter(name[0]) && name.All(char.IsAsciiLetterOrDigit)
            && !string.Equals(name, group, StringComparison.OrdinalIgnoreCase);

    private static string? Name(ConsumedRecord record)
    {
        try
        {
            return Strict.GetString(record.LastHeader(Header) ?? []);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>For whom a record is meant.</summary>
internal enum RedriveTarget
{
    /// <summary>It was not redriven.</summary>
    Everyone,

    /// <summary>The group that reads it.</summary>
    ThisGroup,

    /// <summary>Another group: this one passes over it.</summary>
    AnotherGroup,

    /// <summary>The header names no group, or several.</summary>
    Nobody,
}
