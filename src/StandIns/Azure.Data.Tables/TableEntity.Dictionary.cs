using System.Collections;

namespace Azure.Data.Tables;

public sealed partial class TableEntity : IDictionary<string, object>
{
    /// <summary>How many properties there are; keys, timestamp and ETag count where they are set.</summary>
    public int Count => Properties.Count;

    /// <summary>The names of the properties.</summary>
    public ICollection<string> Keys => Properties.Keys;

    ICollection<object> IDictionary<string, object>.Values => Properties.Values;

    bool ICollection<KeyValuePair<string, object>>.IsReadOnly => false;

    /// <summary>
    /// A property; null where it is not there. A property that holds a long or a double stays one when an int is put
    /// into it; any other value takes the old one's place with its own type.
    /// </summary>
    /// <param name="key">The name.</param>
    public object this[string key]
    {
        get => Find(key)!;
        set
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            Properties[key] = value is int number
                ? Properties.GetValueOrDefault(key) switch
                {
                    long => (long)number,
                    double => (double)number,
                    _ => value,
                }
                : value;
        }
    }

    /// <summary>Sets a property, as the indexer does.</summary>
    /// <param name="key">The name.</param>
    /// <param name="value">The value.</param>
    public void Add(string key, object value) => this[key] = value;

    /// <summary>Takes all properties away, the keys too.</summary>
    public void Clear() => Properties.Clear();

    /// <summary>Whether there is a property of that name.</summary>
    /// <param name="key">The name.</param>
    /// <returns>True if there is.</returns>
    public bool ContainsKey(string key) => Properties.ContainsKey(key);

    /// <summary>Takes a property away.</summary>
    /// <param name="key">The name.</param>
    /// <returns>True if it was there.</returns>
    public bool Remove(string key) => Properties.Remove(key);

    /// <summary>Looks a property up.</summary>
    /// <param name="key">The name.</param>
    /// <param name="value">The value.</param>
    /// <returns>True if it is there.</returns>
    public bool TryGetValue(string key, out object value) => Properties.TryGetValue(key, out value!);

    void ICollection<KeyValuePair<string, object>>.Add(KeyValuePair<string, object> item) => this[item.Key] = item.Value;

    bool ICollection<KeyValuePair<string, object>>.Contains(KeyValuePair<string, object> item) =>
        ((ICollection<KeyValuePair<string, object>>)Properties).Contains(item);

    void ICollection<KeyValuePair<string, object>>.CopyTo(KeyValuePair<string, object>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, object>>)Properties).CopyTo(array, arrayIndex);

    bool ICollection<KeyValuePair<string, object>>.Remove(KeyValuePair<string, object> item) =>
        ((ICollection<KeyValuePair<string, object>>)Properties).Remove(item);

    IEnumerator<KeyValuePair<string, object>> IEnumerable<KeyValuePair<string, object>>.GetEnumerator() => Properties.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => Properties.GetEnumerator();
}
