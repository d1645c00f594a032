using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// The columns of a row to be written, in the order in which they were added. A row has about a dozen of them, and each is
/// written once and read once: an array in the place of a dictionary takes a third of its memory and time.
/// </summary>
internal class Columns : IReadOnlyDictionary<string, object>
{
    private KeyValuePair<string, object>[] _columns;
    private int _own;

    /// <summary>Makes columns to which others are added.</summary>
    /// <param name="capacity">How many columns there will be.</param>
    public Columns(int capacity)
        : this(capacity == 0 ? [] : new KeyValuePair<string, object>[capacity], 0)
    {
    }

    /// <summary>Takes over columns. None is added where somebody else has them too.</summary>
    protected Columns(KeyValuePair<string, object>[] columns, int count) => (_columns, _own) = (columns, count);

    /// <summary>The columns of a row as the tables take them.</summary>
    /// <param name="columns">The columns.</param>
    /// <returns>The same, where they are such columns already; else a copy.</returns>
    public static Columns Of(IReadOnlyDictionary<string, object> columns)
    {
        if (columns is Columns already)
        {
            return already;
        }

        var copy = new Columns(columns.Count);
        copy.AddRange(columns);
        return copy;
    }

    /// <inheritdoc />
    public int Count => _own + FurtherCount;

    /// <summary>How many columns there are behind those that were added.</summary>
    public virtual int FurtherCount => 0;

    /// <inheritdoc />
    public IEnumerable<string> Keys => this.Select(column => column.Key);

    /// <inheritdoc />
    public IEnumerable<object> Values => this.Select(column => column.Value);

    /// <inheritdoc />
    public object this[string key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no column {key}.");

    /// <summary>The columns that were added.</summary>
    /// <returns>Valid until the next one is added.</returns>
    public ReadOnlySpan<KeyValuePair<string, object>> Added => _columns.AsSpan(0, _own);

    /// <summary>A column behind those that were added: one whose value is made where it is read.</summary>
    public virtual KeyValuePair<string, object> Further(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Adds up what the columns behind those that were added take.</summary>
    public virtual void MeasureFurther(ref RowSize size)
    {
    }

    /// <summary>Adds a column whose name is not there yet.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    public void Add(string name, object value)
    {
        if (_own == _columns.Length)
        {
            Array.Resize(ref _columns, Math.Max(4, 2 * _own));
        }

        _columns[_own++] = new(name, value);
    }

    /// <summary>Adds columns whose names are not there yet.</summary>
    /// <param name="columns">The columns.</param>
    public void AddRange(IReadOnlyDictionary<string, object> columns)
    {
        // The dictionary's own enumerator is no object, that of the interface is one.
        if (columns is Dictionary<string, object> dictionary)
        {
            foreach (var (name, value) in dictionary)
            {
                Add(name, value);
            }
        }
        else
        {
            foreach (var (name, value) in columns)
            {
                Add(name, value);
            }
        }
    }

    /// <inheritdoc />
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <inheritdoc />
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object value)
    {
        foreach (var column in Added)
        {
            if (string.Equals(column.Key, key, StringComparison.Ordinal))
            {
                value = column.Value;
                return true;
            }
        }

        for (var i = 0; i < FurtherCount; i++)
        {
            if (Further(i) is var column && string.Equals(column.Key, key, StringComparison.Ordinal))
            {
                value = column.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, object>> GetEnumerator()
    {
        for (var i = 0; i < _own; i++)
        {
            yield return _columns[i];
        }

        for (var i = 0; i < FurtherCount; i++)
        {
            yield return Further(i);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
