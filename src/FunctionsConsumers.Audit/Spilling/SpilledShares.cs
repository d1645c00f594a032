namespace FunctionsConsumers.Audit.Spilling;

/// <summary>A list of entries for each share.</summary>
/// <param name="spill">Keeps the full blocks.</param>
internal sealed class SpilledShares(Spill spill)
{
    private readonly SpilledEntries?[] _shares = new SpilledEntries?[Spill.Shares];

    /// <summary>Adds an entry to a share.</summary>
    /// <param name="share">The share.</param>
    /// <param name="entry">The entry.</param>
    public void Append(int share, ReadOnlySpan<byte> entry) => (_shares[share] ??= new SpilledEntries(spill)).Append(entry);

    /// <summary>Reads a share.</summary>
    /// <param name="share">The share.</param>
    /// <param name="buffer">Holds it afterwards; replaced by a larger one where it has to be.</param>
    /// <returns>The entries.</returns>
    public ReadOnlySpan<byte> ReadAll(int share, ref byte[] buffer) => _shares[share] is { } entries ? entries.ReadAll(ref buffer) : [];

    /// <summary>Forgets all shares.</summary>
    public void Clear()
    {
        foreach (var entries in _shares)
        {
            entries?.Clear();
        }

        Array.Clear(_shares);
    }
}
