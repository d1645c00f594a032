using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>
/// Maps subjects to buckets, the table partitions <c>b000</c>, <c>b001</c> …; the mapping hangs on the subject and the
/// count alone, so that every owner of every partition looks for a subject in one place.
/// </summary>
internal sealed class Buckets
{
    private readonly string[] _names;

    /// <summary>Makes the mapping.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is out of range.</exception>
    public Buckets(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1000);
        _names = new string[count];
        for (var i = 0; i < count; i++)
        {
            _names[i] = "b" + i.ToString("D3", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The buckets' partition keys, in order.</summary>
    public IReadOnlyList<string> All => _names;

    /// <summary>The bucket of a subject, or of the coordinates for a dead letter.</summary>
    public string Of(string subject) => _names[NumberOf(subject)];

    /// <summary>The position in <see cref="All" /> of the bucket of a subject, or of the coordinates for a dead letter.</summary>
    public int NumberOf(string subject) => (int)(Hash(subject) % (ulong)_names.Length);

    // FNV-1a over UTF-16 code units with the finalizer of MurmurHash3, which spreads what FNV leaves in the high bits.
    // The rule is part of the table's layout: another one would look for old subjects in the wrong bucket.
    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ (byte)c) * 1099511628211UL;
            hash = (hash ^ (byte)(c >> 8)) * 1099511628211UL;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return hash ^ (hash >> 33);
    }
}
