using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>What a subject's committed row says of a record.</summary>
internal enum Verdict
{
    /// <summary>There is no row: nothing stands against applying the record.</summary>
    Free,

    /// <summary>The row was written by this very delivery of this very record.</summary>
    Mine,

    /// <summary>Same fingerprint: a resend or a redelivery, whatever its key.</summary>
    Duplicate,

    /// <summary>Another fingerprint under the same key: a producer's mistake.</summary>
    KeyReused,

    /// <summary>Another fingerprint under another key: two different events with one subject.</summary>
    SubjectExists,
}

/// <summary>The table of verdicts of the design's section 4, as a pure function. It is only ever asked about a committed row.</summary>
internal static class Verdicts
{
    /// <summary>Judges a record by its subject's row.</summary>
    public static Verdict Of(Row? row, EventIdentity identity, string attempt)
    {
        if (row is null)
        {
            return Verdict.Free;
        }

        return IsMine(row, identity, attempt)
            ? Verdict.Mine
            : Of(row.Text(IdentityColumns.Key), ContentHash.Parse(row.Text(IdentityColumns.Fingerprint)), identity);
    }

    /// <summary>Judges a record by what is known of its subject's row.</summary>
    public static Verdict Of(string? key, ContentHash? fingerprint, EventIdentity identity)
    {
        if (Fingerprint.IsOf(identity, fingerprint))
        {
            return Verdict.Duplicate;
        }

        return string.Equals(key, identity.Key, StringComparison.Ordinal) ? Verdict.KeyReused : Verdict.SubjectExists;
    }

    // The attempt alone would not do: a batch can hold two records of one subject. Nor would the coordinates with it: what was
    // read from a topic before it was made anew can stand in one batch with what has its coordinates now.
    private static bool IsMine(Row row, EventIdentity identity, string attempt) =>
        string.Equals(row.Text(IdentityColumns.Attempt), attempt, StringComparison.Ordinal)
        && row.Number(IdentityColumns.Offset) == identity.Coordinates.Offset
        && row.Number(IdentityColumns.Partition) == identity.Coordinates.Partition
        && string.Equals(row.Text(IdentityColumns.Topic), identity.Coordinates.Topic, StringComparison.Ordinal)
        && Fingerprint.IsOf(identity, row.Text(IdentityColumns.Fingerprint));
}
