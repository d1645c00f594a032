using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>One delivery of a batch: its id, never used before and never again, and when it began.</summary>
internal sealed class Delivery(string attempt, DateTimeOffset now)
{
    /// <summary>The id, which the rows of the delivery hold.</summary>
    public string Attempt => attempt;

    /// <summary>When it began, UTC.</summary>
    public DateTimeOffset Now => now;

    /// <summary>When it began, as the column's value of every row of the delivery: made an object once.</summary>
    public object BoxedTime { get; } = now;

    /// <summary>Begins a delivery.</summary>
    public static Delivery Begin(DateTimeOffset now) => new(Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture), now);

    /// <summary>The same delivery at a later time.</summary>
    public Delivery At(DateTimeOffset later) => new(attempt, later);
}
