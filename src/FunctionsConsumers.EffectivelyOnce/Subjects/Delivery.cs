using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>One delivery of a batch: its id, never used before and never again, and when it began.</summary>
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
    public static Delivery Begin(DateTimeOffset now) => new(Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture), now);

    /// <summary>The same delivery at a later time.</summary>
    public Delivery At(DateTimeOffset later) => new(attempt, later);

    /// <summary>A partition as a column's value.</summary>
    public object Boxed(int partition)
    {
        if (!_partitions.TryGetValue(partition, out var value))
        {
            _partitions.Add(partition, value = partition);
        }

        return value;
    }
}
