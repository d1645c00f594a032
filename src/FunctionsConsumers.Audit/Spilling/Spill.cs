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
    /// By how many shares orders are judged, one share after the other. Two million orders make shares of 4,000, whose
    /// objects take some megabytes.
    /// </summary>
    public const int Shares = 512;

    /// <summary>About 30,000 orders of one group: an audit of fewer writes no file.</summary>
    private const long DefaultMemory = 16 * 1024 * 1024;

    private const int DefaultBlock = 8 * 1024;

    private readonly Stack<long> _free = new();
    private SpillFile? _file;
    private long _held;
    private long _end;

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
    public long OnFile => _end;

    /// <summary>The share of an order.</summary>
    /// <param name="orderId">Its id.</param>
    /// <returns>The share, from 0.</returns>
    public static int ShareOf(string orderId) => (int)((uint)orderId.GetHashCode(StringComparison.Ordinal) % Shares);

    /// <summary>The share of a record that belongs to no order.</summary>
    /// <param name="offset">Its offset.</param>
    /// <returns>The share, from 0.</returns>
    public static int ShareOf(long offset) => (int)((ulong)offset % Shares);

    /// <summary>Keeps a full block.</summary>
    /// <param name="full">The block; belongs to what is returned where that is in memory.</param>
    /// <returns>Where it is.</returns>
    /// <exception cref="AuditException">The file cannot be written.</exception>
    public SpilledBlock Keep(byte[] full)
    {
        // The next block of the same kind is going to need memory too.
        if (Held + block <= memory)
        {
            return new SpilledBlock(full, 0);
        }

        _file ??= new SpillFile(folder ?? Path.GetTempPath());
        if (!_free.TryPop(out var position))
        {
            position = _end;
            _end += block;
        }

        _file.Write(full, position);
        return new SpilledBlock(null, position);
    }

    /// <summary>Reads a block back.</summary>
    /// <param name="kept">Where it is.</param>
    /// <param name="into">Takes the bytes.</param>
    /// <exception cref="AuditException">The file cannot be read.</exception>
    public void Read(SpilledBlock kept, Span<byte> into)
    {
        if (kept.Memory is { } bytes)
        {
            bytes.CopyTo(into);
        }
        else
        {
            _file!.Read(into[..block], kept.Position);
        }
    }

    /// <summary>Gives a block's place to the next one.</summary>
    /// <param name="kept">Where it is.</param>
    public void Free(SpilledBlock kept)
    {
        if (kept.Memory is null)
        {
            _free.Push(kept.Position);
        }
        else
        {
            Held -= block;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file?.Dispose();
}

/// <summary>Where a block is.</summary>
/// <param name="Memory">Its bytes; null where it is in the file.</param>
/// <param name="Position">Its place in the file.</param>
internal readonly record struct SpilledBlock(byte[]? Memory, long Position);
