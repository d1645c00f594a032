using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FunctionsConsumers.Status;

/// <summary>The files of the page, as they lie in <c>Status/Page</c>; they are part of the assembly and hold no data.</summary>
internal static class PageFiles
{
    private const string Prefix = "page/";
    private const string Index = "index.html";

    private static readonly FrozenDictionary<string, PageFile> Files = typeof(PageFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..], Read, StringComparer.Ordinal);

    /// <summary>The page itself.</summary>
    public static IResult Html(HttpRequest request) => Send(request, Files[Index]);

    /// <summary>A file that the page asks for.</summary>
    public static IResult Find(HttpRequest request, string name) =>
        name != Index && Files.TryGetValue(name, out var file) ? Send(request, file) : Results.NotFound();

    private static IResult Send(HttpRequest request, PageFile file)
    {
        Answers.Protect(request);

        // Asked for anew with each visit, and sent anew where it has changed.
        request.HttpContext.Response.Headers.CacheControl = "no-cache";
        return Results.Bytes(file.Content, file.Type, entityTag: file.Tag);
    }

    private static PageFile Read(string name)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new PageFile(
            content, TypeOf(name), new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\""));
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };

    private sealed record PageFile(byte[] Content, string Type, EntityTagHeaderValue Tag);
}
