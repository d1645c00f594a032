using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Subjects;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>
/// What a consumer and its plans must not do, as pure functions. The table service would refuse some of it. Worse, it would accept
/// the rest: a row or a column named like the library's own would be read as something it is not.
/// </summary>
internal static class PlanRules
{
    /// <summary>The longest kind of an effect or of a message, in characters.</summary>
    public const int MaxKindLength = 64;

    private const int MaxColumnName = 255;

    // The table's own kinds of rows. "meta" is the partition of the row that describes the table.
    private static readonly string[] OwnKinds = ["key", "dead", "outbox", "meta"];

    private static readonly FrozenSet<string> OwnColumns = FrozenSet.ToFrozenSet(
    [
        "PartitionKey", "RowKey", "Timestamp", "odata.etag",
        IdentityColumns.Key, IdentityColumns.State, IdentityColumns.Fingerprint, IdentityColumns.Attempt, IdentityColumns.Topic,
        IdentityColumns.Partition, IdentityColumns.Offset, IdentityColumns.AppliedAt, IdentityColumns.ProlongedAt, IdentityColumns.SeenAt,
    ], StringComparer.Ordinal);

    // Documented as forbidden: / \ # ? and control characters. '%' and '+' are known to be read wrongly in addresses.
    private static readonly SearchValues<char> ForbiddenInKeys = SearchValues.Create("/\\#?%+");

    private static readonly SearchValues<char> PlainInNames = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly SearchValues<char> PlainInKeys =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!:=");

    // The service's calendar begins here.
    private static readonly DateTimeOffset EarliestTime = new(1601, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Says why rows of a kind cannot name subjects. <paramref name="effectKind" /> is null for one that keeps keys alone. Null if
    /// nothing is wrong.
    /// </summary>
    public static string? KindViolation(string? effectKind)
    {
        if (effectKind is null)
        {
            return null;
        }

        if (IsOwnKind(effectKind))
        {
            return $"the kind '{effectKind}' is the library's own: give the effect's rows another one";
        }

        return effectKind.Length is 0 or > MaxKindLength || effectKind.AsSpan().ContainsAnyExcept(PlainCharacters)
            ? string.Create(CultureInfo.InvariantCulture,
                $"the kind '{effectKind}' cannot begin a row key: give 1 to {MaxKindLength} ASCII letters, digits, '-', '_' or '.'")
            : null;
    }

    /// <summary>
    /// Says what of a plan is forbidden, whatever the table holds. <paramref name="effectKind" /> is null for one that keeps keys
    /// alone. Null if nothing is wrong.
    /// </summary>
    public static string? Violation(Plan? plan, string? effectKind)
    {
        if (plan is not { Effect: not null, Inserts: not null, Additions: not null, Messages: not null })
        {
            return "There is no plan, or one of its lists is null.";
        }

        if (effectKind is null && plan.Effect.Count > 0)
        {
            return "The plan has columns for an effect, and the consumer has no EffectKind: its subject's row is nothing but a key.";
        }

        // Every event passes here: nothing is allocated for a plan that breaks no rule.
        foreach (var (name, value) in plan.Effect.AsSpan())
        {
            if ((NameViolation("the effect", name) ?? ValueViolation("the effect", name, value)) is { } violation)
            {
                return violation;
            }
        }

        return FirstViolation(plan.Inserts, effectKind, InsertViolation)
            ?? FirstViolation(plan.Additions, effectKind, AdditionViolation)
            ?? (plan.Inserts.Count == 0 ? null : RowTwice(plan))
            ?? FirstViolation(plan.Messages, effectKind, static (message, _) => MessageViolation(message));
    }

    private static string? FirstViolation<T>(IReadOnlyList<T> parts, string? effectKind, Func<T, string?, string?> violationOf)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (violationOf(parts[i], effectKind) is { } violation)
            {
                return violation;
            }
        }

        return null;
    }


    private static string? InsertViolation(RowInsert? insert, string? effectKind)
    {
        if (insert?.Columns is null)
        {
            return "The plan inserts a row that is null, or that has no columns.";
        }

        return RowKeyViolation(insert.RowKey, effectKind)
            ?? insert.Columns.Select(column => ColumnViolation($"row '{insert.RowKey}'", column))
                .FirstOrDefault(violation => violation is not null);
    }

    private static string? AdditionViolation(Addition? addition, string? effectKind) => addition is null
        ? "The plan adds to a counter that is null."
        : RowKeyViolation(addition.RowKey, effectKind)
            ?? (IsPlainName(addition.Column) ? null : NameViolation($"counter '{addition.RowKey}'", addition.Column));

    private static string? RowKeyViolation(string? rowKey, string? effectKind)
    {
        if (string.IsNullOrEmpty(rowKey) || rowKey.Length > RowKey.MaxLength)
        {
            return string.Create(CultureInfo.InvariantCulture, $"The plan has a row key of {rowKey?.Length ?? 0} characters: "
                + $"1 to {RowKey.MaxLength} are taken; RowKey.OfSubject makes one.");
        }

        if (rowKey.AsSpan().ContainsAnyExcept(PlainInKeys)
            && (rowKey.AsSpan().ContainsAny(ForbiddenInKeys) || rowKey.Any(char.IsControl) || !Utf16.IsWellFormed(rowKey)))
        {
            return "The plan has a row key with characters that Table storage does not take in keys: RowKey.OfSubject escapes them. "
                + $"It is '{rowKey}'.";
        }

        var kind = rowKey.AsSpan();
        kind = kind.IndexOf('!') is var end and >= 0 ? kind[..end] : kind;
        return IsOwnKind(kind) || (effectKind is not null && kind.SequenceEqual(effectKind))
            ? $"The plan writes row '{rowKey}', and rows '{kind}!…' are the library's own: it would be taken for another event's."
            : null;
    }

    private static string? ColumnViolation(string row, KeyValuePair<string, object> column) =>
        NameViolation(row, column.Key) ?? ValueViolation(row, column.Key, column.Value);

    // The service takes names that are identifiers in C#. A plan must not write the library's own columns on any row.
    private static string? NameViolation(string row, string? name)
    {
        if (IsPlainName(name))
        {
            return null;
        }

        if (name is not null && OwnColumns.Contains(name))
        {
            return $"The plan writes column {name} of {row}, which is the library's own: give the column another name.";
        }

        return name is not { Length: > 0 and <= MaxColumnName }
            || char.IsAsciiDigit(name[0])
            || !name.All(c => char.IsLetterOrDigit(c) || c == '_')
            ? $"The plan writes column '{name}' of {row}: a column's name has letters, digits and '_', does not begin with a digit, "
                + "and has at most 255 characters."
            : null;
    }

    // Recognizes the usual name without a look-up in Unicode's tables.
    private static bool IsPlainName(string? name) => name is { Length: > 0 and <= MaxColumnName }
        && !char.IsAsciiDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(PlainInNames) && !OwnColumns.Contains(name);

    private static bool IsOwnKind(ReadOnlySpan<char> kind)
    {
        foreach (var own in OwnKinds)
        {
            if (kind.SequenceEqual(own))
            {
                return true;
            }
        }

        return false;
    }

    private static string? ValueViolation(string row, string name, object? value) => value switch
    {
        string or int or long or bool or byte[] => null,
        double number when double.IsFinite(number) => null,
        double => $"The plan writes a number that is not finite to column {name} of {row}.",
        DateTimeOffset time when time >= EarliestTime => null,
        DateTimeOffset => $"The plan writes a time before 1601 to column {name} of {row}.",
        null => $"The plan writes null to column {name} of {row}: leave the column out.",
        _ => $"The plan writes a {value.GetType().Name} to column {name} of {row}: string, int, long, bool, double, "
            + "byte[] and DateTimeOffset are taken.",
    };

    // The service takes a row once in a transaction.
    private static string? RowTwice(Plan plan)
    {
        var rows = new HashSet<string>(StringComparer.Ordinal);
        var twice = plan.Inserts.Select(insert => insert.RowKey).FirstOrDefault(rowKey => !rows.Add(rowKey))
            ?? plan.Additions.Select(addition => addition.RowKey).FirstOrDefault(rows.Contains);
        return twice is null ? null : $"The plan writes row '{twice}' twice.";
    }

    private static string? MessageViolation(PlannedMessage? message)
    {
        if (message is not { Payload: not null, Kind.Length: > 0 and <= MaxKindLength })
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"The plan has a message without a payload, or whose kind does not have 1 to {MaxKindLength} characters.");
        }

        return string.Equals(message.Kind, DeadLetters.DeadLetter.Kind, StringComparison.Ordinal)
            ? $"The plan has a message of the kind '{message.Kind}', which is the library's own."
            : null;
    }
}
