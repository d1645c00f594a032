namespace FunctionsConsumers.Audit;

/// <summary>One thing that is not good.</summary>
/// <param name="Group">The group.</param>
/// <param name="Kind"><c>lost</c>, <c>doubled</c>, <c>stock_off</c>, <c>pending</c> or <c>outbox</c>.</param>
/// <param name="OrderId">The order; null where it is about none.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The record's partition; null where it is about no single record.</param>
/// <param name="Offset">The record's offset; null where it is about no single record.</param>
/// <param name="Detail">What is not good, in words.</param>
internal sealed record Finding(string Group, string Kind, string? OrderId, string Topic, int? Partition, long? Offset, string Detail)
{
    /// <summary>The finding for a person.</summary>
    /// <returns>A line.</returns>
    public override string ToString() => $"{Group}: {Detail}";
}
