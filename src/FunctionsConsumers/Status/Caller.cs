using System.Text;
using Microsoft.AspNetCore.Http;

namespace FunctionsConsumers.Status;

/// <summary>Who asks for a change, as well as can be told: for the log.</summary>
internal static class Caller
{
    /// <summary>Names the caller.</summary>
    public static string Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);

        // The local host knows who runs it.
        if (request.HttpContext.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name })
        {
            return name;
        }

        // Where the platform signs users in, it takes this header away from callers and sets it itself; elsewhere anybody may write it.
        var isSignedIn = string.Equals(
            Environment.GetEnvironmentVariable("WEBSITE_AUTH_ENABLED"), "true", StringComparison.OrdinalIgnoreCase);
        var user = isSignedIn ? request.Headers["X-MS-CLIENT-PRINCIPAL-NAME"].ToString() : "";
        var from = request.Headers["X-Forwarded-For"].ToString();
        return Plain($"{(user.Length > 0 ? user : "the holder of the admin key")}{(from.Length > 0 ? $" from {from}" : "")}");
    }

    private static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, 200)))
        {
            plain.Append(char.IsControl(character) ? '?' : character);
        }

        return plain.ToString();
    }
}
