using System.Buffers;
using Azure.Core;

namespace Azure.Data.Tables.Requests;

/// <summary>
/// A request's body in a buffer borrowed from the shared pool, written first and sent then, again for every try. The
/// buffer goes back only when nothing can be reading it any more: one try began, ended, and was answered. A body whose
/// try was cut off is left to the garbage collector, since the transport may still be sending from it.
/// </summary>
internal sealed class PooledContent : RequestContent, IBufferWriter<byte>
{
    private byte[] _buffer;
    private int _length;
    private int _begun;
    private int _ended;

    public PooledContent(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Writes bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_length);
    }

    public override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    public override void WriteTo(Stream stream, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _begun);
        stream.Write(_buffer, 0, _length);
        Interlocked.Increment(ref _ended);
    }

    public override async Task WriteToAsync(Stream stream, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _begun);
        await stream.WriteAsync(_buffer.AsMemory(0, _length), cancellation).ConfigureAwait(false);
        Interlocked.Increment(ref _ended);
    }

    /// <summary>Gives the buffer back, if nothing can be reading it. Call it once the answer is there.</summary>
    public void Recycle()
    {
        if (Volatile.Read(ref _begun) == 1 && Volatile.Read(ref _ended) == 1)
        {
            var buffer = _buffer;
            _buffer = [];
            _length = 0;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Nothing: see <see cref="Recycle" />. The message disposes of its content even when a try was cut off.</summary>
    public override void Dispose()
    {
    }

    private void Reserve(int more)
    {
        more = Math.Max(more, 1);
        if (_buffer.Length - _length < more)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + more, _buffer.Length * 2));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }
}
