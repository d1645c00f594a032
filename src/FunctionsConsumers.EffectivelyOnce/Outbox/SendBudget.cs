namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// The time that one send has in all, under half the lease: for making a topic, for every attempt, for every smaller form of the
/// message. What is not begun in time is not begun at all, so that nothing leaves after the claim may have been taken over.
/// </summary>
internal sealed class SendBudget(TimeSpan whole, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>What is left; negative once it is over.</summary>
    public TimeSpan Left => whole - time.GetElapsedTime(_began);
}
