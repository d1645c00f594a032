using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>One delivery of a batch: its id, never used before and never again, and when it began.</summary>
/// <param name="attempt">The id.</param>
/// <param name="now">When it began, UTC.</param>
internal sealed class Delivery(string attempt, DateTimeOffset now)
{
    // Each row of the batch has these values. They are made objects once.
    private readonly Dictionary<int, object> _partitions = [];

    /// <summary>The id, which the rows of the delivery hold.</summary>
    public string Attempt => attempt;

    /// <summary>When it began, UTC.</summary>
    public DateTimeOffset Now => now;

    /// <summary>When it began, as a column's value.</summary>
    public object BoxedTime { get; } = now;

    /// <summary>Begins a delivery.</summary>
    /// <param name="now">The time, UTC.</param>
    /// <returns>The delivery.</returns>
    public static Delivery Begin(DateTimeOffset now) => new(Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture), now);

    /// <summary>The same delivery at a later time.</summary>
    /// <param name="later">The time, UTC.</param>
    /// <returns>The delivery.</returns>
    public Delivery At(DateTimeOffset later) => new(attempt, later);

    /// <summary>A partition as a column's value.</summary>
    /// <param name="partition">The partition.</param>
    /// <returns>The value.</returns>
    public object Boxed(int partition)
    {
        if (!_partitions.TryGetValue(partition, out var value))
        {
            _partitions.Add(partition, value = partition);
        }

        return value;
    }
}
