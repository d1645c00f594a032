using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// The columns of an effect's row, in the order in which they were set. Written like a dictionary, and converted from one; a row has
/// a dozen columns, for which an array takes half of a dictionary's time and memory. Once the library has taken the plan, nothing
/// can be set any more.
/// </summary>
#pragma warning disable CA1710 // The domain's word: they are columns, and only written like a dictionary.
public sealed class EffectColumns : IReadOnlyDictionary<string, object>
#pragma warning restore CA1710
{
    private const int Usual = 6;

    private KeyValuePair<string, object>[] _columns = [];
    private bool _isTaken;

    /// <summary>The number of columns.</summary>
    public int Count { get; private set; }

    /// <inheritdoc />
    public IEnumerable<string> Keys => this.Select(column => column.Key);

    /// <inheritdoc />
    public IEnumerable<object> Values => this.Select(column => column.Value);

    /// <summary>The value of a column.</summary>
    /// <param name="key">The column's name.</param>
    /// <returns>The value.</returns>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    /// <exception cref="InvalidOperationException">Set after the library had taken the plan: make columns of its own for each
    /// plan.</exception>
    public object this[string key]
    {
        get => IndexOf(key) is var at and >= 0 ? _columns[at].Value : throw new KeyNotFoundException($"There is no column {key}.");
        set => Set(IndexOf(key), key, value);
    }

    /// <summary>Adds a column.</summary>
    /// <param name="key">The column's name.</param>
    /// <param name="value">The value: string, int, long, bool, double, byte[] or DateTimeOffset.</param>
    /// <exception cref="ArgumentException">There is such a column already.</exception>
    /// <exception cref="InvalidOperationException">The library has taken the plan.</exception>
    public void Add(string key, object value) => Set(
        IndexOf(key) < 0 ? -1 : throw new ArgumentException($"Column {key} is there already.", nameof(key)), key, value);

    /// <inheritdoc />
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <inheritdoc />
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object value)
    {
        var at = IndexOf(key);
        value = at >= 0 ? _columns[at].Value : null;
        return at >= 0;
    }

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, object>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return _columns[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Columns like those of a dictionary, which are copied.</summary>
    /// <param name="columns">The dictionary.</param>
    /// <returns>The columns; null for null.</returns>
    [return: NotNullIfNotNull(nameof(columns))]
    public static implicit operator EffectColumns?(Dictionary<string, object>? columns) => FromDictionary(columns);

    /// <summary>Columns like those of a dictionary, which are copied.</summary>
    /// <param name="columns">The dictionary.</param>
    /// <returns>The columns; null for null.</returns>
    [return: NotNullIfNotNull(nameof(columns))]
    public static EffectColumns? FromDictionary(Dictionary<string, object>? columns)
    {
        if (columns is null)
        {
            return null;
        }

        var copy = new EffectColumns { _columns = new KeyValuePair<string, object>[columns.Count], Count = columns.Count };
        ((ICollection<KeyValuePair<string, object>>)columns).CopyTo(copy._columns, 0);
        return copy;
    }

    /// <summary>The columns, for whoever only looks at them.</summary>
    internal ReadOnlySpan<KeyValuePair<string, object>> AsSpan() => _columns.AsSpan(0, Count);

    /// <summary>
    /// The columns, for a row: from now on they stay as they are. A planner that gives one plan twice gives the same columns twice.
    /// </summary>
    internal KeyValuePair<string, object>[] Take()
    {
        _isTaken = true;
        return _columns;
    }

    private int IndexOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        for (var i = 0; i < Count; i++)
        {
            if (string.Equals(_columns[i].Key, key, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    private void Set(int at, string key, object value)
    {
        if (_isTaken)
        {
            throw new InvalidOperationException(
                $"Column {key} is set on a plan that was handed over: make columns of its own for each plan.");
        }

        if (at < 0 && Count == _columns.Length)
        {
            Array.Resize(ref _columns, Count == 0 ? Usual : 2 * Count);
        }

        _columns[at < 0 ? Count++ : at] = new(key, value);
    }
}
