namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a timer's function is told of its schedule.</summary>
public class TimerInfo
{
    /// <summary>Whether the call is late.</summary>
    public bool IsPastDue { get; set; }
}
