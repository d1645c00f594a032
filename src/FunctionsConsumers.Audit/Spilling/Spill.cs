namespace FunctionsConsumers.Audit.Spilling;

/// <summary>
/// Keeps what an audit notes of topic and tables: the first megabytes in memory, the rest in one file. So the memory of an
/// audit does not depend on how much it reads. Not for two threads at once.
/// </summary>
/// <param name="memory">How many bytes stay in memory.</param>
/// <param name="block">In blocks of how many bytes, a multiple of 16.</param>
/// <param name="folder">Where the file goes; the system's folder for temporary files where null.</param>
internal sealed class Spill(long memory = Spill.DefaultMemory, int block = Spill.DefaultBlock, string? folder = null) : IDisposable
{
    /// <summary>
    /// By how many shares orders are judged, one share after the other. Two million orders make shares of 1,000, whose objects take
    /// a megabyte or two.
    /// </summary>
    public const int Shares = 2048;

    // An audit of about 30,000 orders writes no file. Beyond, the last block of each share stays in memory besides, once for the
    // topic and once for a table: as much again in all.
    private const long DefaultMemory = 8 * 1024 * 1024;

    private const int DefaultBlock = 4 * 1024;

    private readonly List<byte[]?> _blocks = [];
    private readonly Stack<int> _freeInMemory = new();
    private readonly Stack<long> _freeOnFile = new();
    private SpillFile? _file;
    private long _held;

    /// <summary>The bytes of a whole block.</summary>
    public int BlockSize => block;

    /// <summary>The bytes in memory, those of blocks that are not full yet included.</summary>
    public long Held
    {
        get => _held;
        set => MostHeld = Math.Max(MostHeld, _held = value);
    }

    /// <summary>The most bytes that were in memory at once.</summary>
    public long MostHeld { get; private set; }

    /// <summary>The bytes of the file.</summary>
    public long OnFile { get; private set; }

    /// <summary>The share of an order.</summary>
    /// <param name="orderId">Its id.</param>
    /// <returns>The share, from 0.</returns>
    public static int ShareOf(string orderId) => (int)((uint)orderId.GetHashCode(StringComparison.Ordinal) % Shares);

    /// <summary>The share of a record that belongs to no order.</summary>
    /// <param name="offset">Its offset.</param>
    /// <returns>The share, from 0.</returns>
    public static int ShareOf(long offset) => (int)((ulong)offset % Shares);

    /// <summary>Keeps a full block.</summary>
    /// <param name="full">The block; stays with the caller where it goes to the file.</param>
    /// <returns>Where it is: its place in the file, or below 0 where it is in memory.</returns>
    /// <exception cref="AuditException">The file cannot be written.</exception>
    public long Keep(byte[] full)
    {
        // The next block of the same kind is going to need memory too.
        if (Held + block <= memory)
        {
            if (!_freeInMemory.TryPop(out var at))
            {
                at = _blocks.Count;
                _blocks.Add(full);
            }

            _blocks[at] = full;
            return ~at;
        }

        _file ??= new SpillFile(folder ?? Path.GetTempPath());
        if (!_freeOnFile.TryPop(out var position))
        {
            position = OnFile;
            OnFile += block;
        }

        _file.Write(full, position);
        return position;
    }

    /// <summary>Whether a block is in memory.</summary>
    /// <param name="kept">Where it is.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsInMemory(long kept) => kept < 0;

    /// <summary>Reads the beginning of a block.</summary>
    /// <param name="kept">Where it is.</param>
    /// <param name="into">Takes as many bytes as it is long.</param>
    /// <exception cref="AuditException">The file cannot be read.</exception>
    public void Read(long kept, Span<byte> into)
    {
        if (IsInMemory(kept))
        {
            _blocks[(int)~kept]!.AsSpan(0, into.Length).CopyTo(into);
        }
        else
        {
            _file!.Read(into, kept);
        }
    }

    /// <summary>Gives a block's place to the next one.</summary>
    /// <param name="kept">Where it is.</param>
    public void Free(long kept)
    {
        if (!IsInMemory(kept))
        {
            _freeOnFile.Push(kept);
            return;
        }

        _blocks[(int)~kept] = null;
        _freeInMemory.Push((int)~kept);
        Held -= block;
    }

    /// <inheritdoc />
    public void Dispose() => _file?.Dispose();
}
