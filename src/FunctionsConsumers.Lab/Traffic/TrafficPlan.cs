namespace FunctionsConsumers.Lab.Traffic;

/// <summary>How much traffic is made, and from which seed: the same plan always gives the same records in the same order.</summary>
/// <param name="Orders">Distinct valid orders, 0 or more.</param>
/// <param name="Duplicates">Exact resends for each order, 0 to 10.</param>
/// <param name="Poison">Records that are no order for each order, 0 to 10.</param>
/// <param name="Seed">The seed, 0 or more; order ids derive from it, so that two seeds never share an order.</param>
internal sealed record TrafficPlan(int Orders, decimal Duplicates, decimal Poison, long Seed)
{
    /// <summary>The number of resends, round(Orders · Duplicates), a half rounded up.</summary>
    public int ResendCount => (int)Math.Round(Orders * Duplicates, MidpointRounding.AwayFromZero);

    /// <summary>The number of records that are no order, round(Orders · Poison), a half rounded up.</summary>
    public int PoisonCount => (int)Math.Round(Orders * Poison, MidpointRounding.AwayFromZero);

    /// <summary>The number of all records.</summary>
    public long RecordCount => (long)Orders + ResendCount + PoisonCount;

    /// <summary>A seed for traffic whose giver named none; short enough to type.</summary>
    public static long RandomSeed() => System.Security.Cryptography.RandomNumberGenerator.GetInt32(1, 1_000_000_000);
}

/// <summary>A record to be produced.</summary>
/// <param name="Key">The record's key, UTF-8: the order id, or what stands for it.</param>
/// <param name="Value">The value's bytes; null for a tombstone.</param>
/// <param name="Headers">The headers, in order.</param>
/// <param name="Kind">What the record is to the one who made it.</param>
internal sealed record TrafficRecord(byte[] Key, byte[]? Value, IReadOnlyList<KeyValuePair<string, byte[]>> Headers, TrafficKind Kind);

/// <summary>What a record of the traffic is.</summary>
internal enum TrafficKind
{
    /// <summary>A valid order, for the first time.</summary>
    Order,

    /// <summary>The same key, bytes and headers as an order before it.</summary>
    Resend,

    /// <summary>No order.</summary>
    Poison,
}
