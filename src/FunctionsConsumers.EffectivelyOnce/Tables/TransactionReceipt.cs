using System.Text;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// Reads a plain success: one part for each operation, each done, and the end of the answer there. Whatever else the service
/// answers is left to the client, which knows its errors; here it is nothing.
/// </summary>
internal static class TransactionReceipt
{
    /// <summary>Reads the new versions of a transaction's rows.</summary>
    /// <param name="answer">The body of an answer with status 202.</param>
    /// <param name="operations">The operations, in their order.</param>
    /// <returns>A version for each operation, null for a delete; null where the answer is anything but a plain success.</returns>
    public static string?[]? Read(ReadOnlySpan<byte> answer, IReadOnlyList<RowOperation> operations)
    {
        var lines = new Lines(answer);
        if (!lines.Next(out var outer) || !IsDelimiter(outer) || !lines.SkipHeaders() || !lines.Next(out var inner) || !IsDelimiter(inner))
        {
            return null;
        }

        var etags = new string?[operations.Count];
        for (var i = 0; i < etags.Length; i++)
        {
            if (!lines.SkipHeaders() || !lines.Next(out var status) || !IsDone(status) || !lines.ETag(out var etag)
                || !lines.SkipTo(inner, out var isLast) || isLast != (i == etags.Length - 1))
            {
                return null;
            }

            // A row that is written has a version.
            var isDelete = operations[i].Kind == RowOperationKind.Delete;
            if (!isDelete && etag.IsEmpty)
            {
                return null;
            }

            etags[i] = isDelete ? null : Encoding.ASCII.GetString(etag);
        }

        return lines.SkipTo(outer, out var isEnd) && isEnd ? etags : null;
    }

    /// <summary>The shortest answer that the client takes for one without parts: its own reading of the parts is spared.</summary>
    /// <param name="answer">The body of the answer in whose place it stands.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WithoutParts(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n"u8);
        return [.. answer[..end], .. "--\r\n"u8];
    }

    private static bool IsDelimiter(ReadOnlySpan<byte> line) => line.Length > 2 && line.StartsWith("--"u8);

    private static bool IsDone(ReadOnlySpan<byte> line) => line.Length >= 12 && line.StartsWith("HTTP/1.1 2"u8);

    private ref struct Lines(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public bool Next(out ReadOnlySpan<byte> line)
        {
            var end = _rest.IndexOf("\r\n"u8);
            if (end < 0)
            {
                line = default;
                return false;
            }

            line = _rest[..end];
            _rest = _rest[(end + 2)..];
            return true;
        }

        public bool SkipHeaders()
        {
            while (Next(out var line))
            {
                if (line.IsEmpty)
                {
                    return true;
                }
            }

            return false;
        }

        // Reads the headers too.
        public bool ETag(out ReadOnlySpan<byte> etag)
        {
            etag = default;
            while (Next(out var line))
            {
                if (line.IsEmpty)
                {
                    return true;
                }

                if (line.Length > 5 && Ascii.EqualsIgnoreCase(line[..5], "etag:"u8))
                {
                    etag = line[5..].Trim((byte)' ');
                }
            }

            return false;
        }

        public bool SkipTo(ReadOnlySpan<byte> delimiter, out bool isLast)
        {
            isLast = false;
            while (Next(out var line))
            {
                if (line.StartsWith(delimiter))
                {
                    isLast = line[delimiter.Length..].SequenceEqual("--"u8);
                    return isLast || line.Length == delimiter.Length;
                }
            }

            return false;
        }
    }
}
