using FunctionsConsumers.Audit.Orders;

namespace FunctionsConsumers.Audit.Tables;

/// <summary>An effect with <c>State</c> = <c>applied</c>.</summary>
/// <param name="Bucket">The row's partition key.</param>
/// <param name="Fingerprint">The fingerprint of the payload it came from; null where the column is none.</param>
/// <param name="Topic">The topic its record stands in.</param>
/// <param name="Partition">The record's partition.</param>
/// <param name="Offset">The record's offset.</param>
/// <param name="AppliedAt">When it was written, UTC; the last moment there is where the column is missing.</param>
/// <param name="Content">What the effect says of the order.</param>
internal sealed record EffectRow(
    string Bucket, Fingerprint? Fingerprint, string Topic, int Partition, long Offset, DateTime AppliedAt, EffectContent Content)
{
    /// <summary>The row's place in the order of reading.</summary>
    public RowPlace Place { get; init; }
}

/// <summary>What an effect says of its order; a column that the group's effect does not have is null.</summary>
/// <param name="Lines">The lines; null where the column is missing or no list of lines.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Total">The sum.</param>
/// <param name="To">The recipient.</param>
/// <param name="Channel">How the confirmation goes out.</param>
internal sealed record EffectContent(
    AuditedLine[]? Lines = null, string? Currency = null, string? Total = null, string? To = null, string? Channel = null);
