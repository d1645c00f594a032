namespace FunctionsConsumers.EffectivelyOnce.Testing.Tables;

/// <summary>The body of an answer on its connection, which may break. It cannot be read twice, as no connection can.</summary>
internal sealed class AnswerStream(ReadOnlyMemory<byte> body, bool breaks) : Stream
{
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, body.Length - _position);
        if (count == 0 && buffer.Length > 0 && breaks)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded);
        }

        body.Span.Slice(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // Completes at once: the history goes on on its own thread.
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult(Read(buffer.AsSpan(offset, count)));
        }
        catch (HttpIOException broken)
        {
            return Task.FromException<int>(broken);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
