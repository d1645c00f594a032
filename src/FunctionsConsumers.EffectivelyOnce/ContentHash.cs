using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// The SHA-256 of some bytes, as 32 bytes and not as text: most are compared and kept, and never read by anybody.
/// </summary>
internal readonly struct ContentHash : IEquatable<ContentHash>
{
    private readonly Vector256<byte> _bytes;

    private ContentHash(Vector256<byte> bytes) => _bytes = bytes;

    /// <summary>The hash of some bytes.</summary>
    public static ContentHash Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new ContentHash(Vector256.Create<byte>(hash));
    }

    /// <summary>Reads a hash as <see cref="ToString" /> writes it. Null if the text is none.</summary>
    public static ContentHash? Parse(string? text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return text is { Length: 2 * SHA256.HashSizeInBytes }
            && !text.AsSpan().ContainsAnyInRange('A', 'F')
            && Convert.FromHexString(text, hash, out _, out _) == System.Buffers.OperationStatus.Done
            ? new ContentHash(Vector256.Create<byte>(hash))
            : null;
    }

    /// <inheritdoc />
    public bool Equals(ContentHash other) => _bytes == other._bytes;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ContentHash other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _bytes.AsInt32()[0];

    /// <summary>The hash as text: 64 hex digits in lower case.</summary>
    public override string ToString() => Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<Vector256<byte>>(in _bytes)));
}
