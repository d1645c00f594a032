namespace FunctionsConsumers.EffectivelyOnce.Outages;

/// <summary>The one rule for waits between tries: each wait is twice the one before it, up to a longest one.</summary>
internal static class BackOff
{
    // From here on any first wait has grown beyond any longest one; a larger power would overflow.
    private const int MostDoublings = 30;

    /// <summary>The wait before the next try.</summary>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest, double random = 1)
    {
        var doubled = first.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures - 1, 0, MostDoublings));
        return TimeSpan.FromMilliseconds(Math.Min(longest.TotalMilliseconds, doubled) * (0.5 + (random / 2)));
    }
}
