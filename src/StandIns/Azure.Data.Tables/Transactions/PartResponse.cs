using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Azure.Core;

namespace Azure.Data.Tables.Transactions;

/// <summary>The answer of one operation of a transaction: status line, headers and body, out of the bytes of the whole answer.</summary>
internal sealed class PartResponse : Response
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly PartHeaders _headers;
    private Stream? _stream;

    private PartResponse(int status, string reasonPhrase, PartHeaders headers, ReadOnlyMemory<byte> body)
    {
        Status = status;
        ReasonPhrase = reasonPhrase;
        _headers = headers;
        _body = body;
    }

    public override int Status { get; }

    public override string ReasonPhrase { get; }

    public override string ClientRequestId { get; set; } = "";

    public override Stream? ContentStream
    {
        get => _stream ??= new MemoryStream(_body.ToArray(), 0, _body.Length, writable: false, publiclyVisible: true);
        set => _stream = value;
    }

    /// <summary>Reads an answer.</summary>
    /// <exception cref="InvalidOperationException">The bytes do not begin as an answer does.</exception>
    public static PartResponse Parse(ReadOnlyMemory<byte> part)
    {
        var end = part.Span.IndexOf((byte)'\n');
        var line = part.Span[..(end < 0 ? part.Length : end)].TrimEnd((byte)'\r');
        part = part[(end < 0 ? part.Length : end + 1)..];

        // "HTTP/1.1 204 No Content"; nearly every answer is this one, and its reason need not be a new string each time.
        var first = line.IndexOf((byte)' ');
        var second = first < 0 ? -1 : first + 1 + line[(first + 1)..].IndexOf((byte)' ');
        if (second <= first + 1
            || second == line.Length - 1
            || !int.TryParse(line[(first + 1)..second], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            throw new InvalidOperationException($"Expected an HTTP status line, not {Encoding.UTF8.GetString(line)}");
        }

        var reason = line[(second + 1)..];
        var headers = PartHeaders.Take(ref part);
        return new PartResponse(status, reason.SequenceEqual("No Content"u8) ? "No Content" : Encoding.UTF8.GetString(reason), headers, part);
    }

    public override void Dispose() => _stream?.Dispose();

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        value = _headers.Find(name);
        return value is not null;
    }

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        var found = _headers.All().Where(header => string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToArray();
        values = found.Length > 0 ? found : null;
        return values is not null;
    }

    protected override bool ContainsHeader(string name) => _headers.Find(name) is not null;

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => _headers.All();
}
