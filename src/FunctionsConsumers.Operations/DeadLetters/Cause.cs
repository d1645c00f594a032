using System.Text.RegularExpressions;

namespace FunctionsConsumers.Operations.DeadLetters;

/// <summary>
/// Brings the details of dead letters to their common cause. A detail names the order, the bytes, the length at fault: what
/// stands in quotes after the order's name, and numbers, differ from letter to letter. An unknown product stays named: it is
/// what has to be mended.
/// </summary>
internal static partial class Cause
{
    private const string UnknownProduct = "unknown-product";

    public static string Of(string? reason, string? detail) => reason == UnknownProduct || detail is null
        ? detail ?? ""
        : Varying().Replace(detail, "…");

    // Quoted text, hexadecimal of eight digits or more, and numbers.
    [GeneratedRegex("""'[^']*'|"(\\.|[^"\\])*"|\b[0-9a-fA-F]{8,}\b|(?<![\w.])-?\d+([.,]\d+)*""")]
    private static partial Regex Varying();
}
