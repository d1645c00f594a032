using System.Text;

namespace FunctionsConsumers.Operations.Log;

/// <summary>Bytes of records as text. Nothing is escaped here: whoever prints it does that for where it is printed.</summary>
public static class PlainText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Bytes as UTF-8 text.</summary>
    /// <param name="bytes">The bytes; null for none.</param>
    /// <returns>The text; what is not UTF-8 as U+FFFD; null for none.</returns>
    public static string? Of(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);

    /// <summary>Whether bytes are UTF-8 text, so that <see cref="Of" /> shows all there is.</summary>
    /// <param name="bytes">The bytes; null counts as text.</param>
    /// <returns>Whether they are.</returns>
    public static bool Is(byte[]? bytes)
    {
        try
        {
            return bytes is null || Strict.GetCharCount(bytes) >= 0;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
