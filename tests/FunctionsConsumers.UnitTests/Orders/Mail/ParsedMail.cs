using System.Text;
using System.Text.RegularExpressions;

namespace FunctionsConsumers.UnitTests.Orders.Mail;

/// <summary>A mail read back by the rules of RFC 5322, 2047 and 2045, independently of what wrote it.</summary>
internal sealed partial class ParsedMail
{
    private ParsedMail(string raw, List<KeyValuePair<string, string>> headers, string body) => (Raw, Headers, Body) = (raw, headers, body);

    public string Raw { get; }

    public List<KeyValuePair<string, string>> Headers { get; }

    public string Body { get; }

    public string this[string name] => Assert.Single(Headers, header => header.Key == name).Value;

    public static ParsedMail Parse(byte[] bytes)
    {
        Assert.All(bytes, b => Assert.True(b < 128));
        var raw = Encoding.ASCII.GetString(bytes);
        Assert.DoesNotContain("\n", raw.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("\r", raw.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.All(raw.Split("\r\n"), line => Assert.InRange(line.Length, 0, 998));
        var end = raw.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var headers = raw[..end].Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n")
            .Select(line => line.Split(": ", 2)).Select(parts => KeyValuePair.Create(parts[0], DecodeWords(parts[1]))).ToList();
        var mail = new ParsedMail(raw, headers, raw[(end + 4)..]);
        Assert.Equal("quoted-printable", mail["Content-Transfer-Encoding"]);
        return new ParsedMail(raw, headers, DecodeQuotedPrintable(mail.Body));
    }

    private static string DecodeWords(string text) => EncodedWord().Replace(
        BetweenWords().Replace(text, "?==?"), word => new UTF8Encoding(false, true).GetString(Convert.FromBase64String(word.Groups[1].Value)));

    private static string DecodeQuotedPrintable(string body)
    {
        var bytes = new List<byte>();
        var joined = body.Replace("=\r\n", "", StringComparison.Ordinal);
        for (var i = 0; i < joined.Length; i++)
        {
            if (joined[i] == '=')
            {
                bytes.Add(Convert.ToByte(joined.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.Add((byte)joined[i]);
            }
        }

        return new UTF8Encoding(false, true).GetString([.. bytes]);
    }

    [GeneratedRegex(@"=\?utf-8\?B\?([A-Za-z0-9+/=]*)\?=")]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"\?=\s+=\?")]
    private static partial Regex BetweenWords();
}
