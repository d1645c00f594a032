namespace FunctionsConsumers.EffectivelyOnce.Health;

/// <summary>
/// Tells a group that handles nothing while its lag rises: the trigger that fell silent without an error. A group that is
/// slow moves on, and one without traffic has no lag that rises; neither is silent.
/// </summary>
internal static class GroupSilence
{
    /// <summary>For so many intervals in a row nothing is handled and the lag rises.</summary>
    public const int Intervals = 3;

    /// <summary>Whether a group is silent. False where too few readings are there to say.</summary>
    public static bool IsSilent(IReadOnlyList<GroupReading> readings)
    {
        ArgumentNullException.ThrowIfNull(readings);
        if (readings.Count <= Intervals)
        {
            return false;
        }

        for (var i = readings.Count - Intervals; i < readings.Count; i++)
        {
            if (readings[i].Committed != readings[i - 1].Committed || readings[i].Lag <= readings[i - 1].Lag)
            {
                return false;
            }
        }

        return true;
    }
}
