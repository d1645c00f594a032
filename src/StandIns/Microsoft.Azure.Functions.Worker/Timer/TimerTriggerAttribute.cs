using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Calls a function by a schedule.</summary>
/// <param name="schedule">An NCRONTAB expression of six fields, or a setting's name between percent signs.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>Whether the function is called at the host's start too.</summary>
    public bool RunOnStartup { get; set; }

    /// <summary>The schedule.</summary>
    public string Schedule { get; private set; } = schedule;

    /// <summary>Whether the host keeps the schedule's state over restarts.</summary>
    public bool UseMonitor { get; set; } = true;
}
