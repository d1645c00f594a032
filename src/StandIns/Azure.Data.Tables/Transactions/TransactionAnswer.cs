using System.Text;

namespace Azure.Data.Tables.Transactions;

/// <summary>
/// Takes a transaction's answer apart: a multipart body that holds a change set, in which every part is an answer of its
/// own. Parts are slices of the answer's bytes; nothing is copied.
/// </summary>
internal static class TransactionAnswer
{
    private const string ContentTypePrefix = "multipart/mixed; boundary=";

    /// <summary>Takes an answer apart.</summary>
    /// <param name="body">The answer's body.</param>
    /// <param name="contentType">Its content type, with the boundary.</param>
    /// <returns>The answers of the operations, in their order; one alone where an operation was refused.</returns>
    /// <exception cref="InvalidOperationException">The content type names no boundary, or a part is no answer.</exception>
    /// <exception cref="IOException">The body ends before its last boundary.</exception>
    public static List<Response> Parse(ReadOnlyMemory<byte> body, string? contentType)
    {
        if (BoundaryIn(contentType) is not { } boundary)
        {
            throw new InvalidOperationException($"Expected Content-Type to start with {ContentTypePrefix} but received {contentType}");
        }

        var parts = new List<Response>();
        Parse(body, boundary, parts);
        return parts;
    }

    private static void Parse(ReadOnlyMemory<byte> body, byte[] boundary, List<Response> parts)
    {
        var rest = body;
        SkipTo(ref rest, boundary);
        while (!rest.Span.StartsWith("--"u8))
        {
            SkipLine(ref rest);
            var start = rest;
            SkipTo(ref rest, boundary);

            // A part ends before the line break that belongs to the boundary behind it.
            var part = start[..(start.Length - rest.Length - boundary.Length)];
            part = part.Span.EndsWith("\r\n"u8) ? part[..^2] : part;
            var headers = PartHeaders.Take(ref part);
            if (BoundaryIn(headers.Find("Content-Type")) is { } inner)
            {
                Parse(part, inner, parts);
            }
            else
            {
                parts.Add(PartResponse.Parse(part));
            }
        }
    }

    private static byte[]? BoundaryIn(string? contentType) =>
        contentType is not null && contentType.StartsWith(ContentTypePrefix, StringComparison.Ordinal)
            ? Encoding.UTF8.GetBytes("--" + contentType[ContentTypePrefix.Length..])
            : null;

    private static void SkipTo(ref ReadOnlyMemory<byte> rest, ReadOnlySpan<byte> boundary)
    {
        var span = rest.Span;
        for (var from = 0; ;)
        {
            var found = span[from..].IndexOf(boundary);
            if (found < 0)
            {
                throw EndsTooSoon();
            }

            from += found;
            if (from == 0 || span[from - 1] == (byte)'\n')
            {
                rest = rest[(from + boundary.Length)..];
                return;
            }

            // Not at the beginning of a line: text that happens to look like a boundary.
            from += boundary.Length;
        }
    }

    private static void SkipLine(ref ReadOnlyMemory<byte> rest)
    {
        var end = rest.Span.IndexOf((byte)'\n');
        rest = end < 0 ? throw EndsTooSoon() : rest[(end + 1)..];
    }

    private static IOException EndsTooSoon() => new("Unexpected end of Stream, the content may have already been read by another component. ");
}
