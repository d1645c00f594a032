using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// The limits of Azure Table storage, reckoned by our own code because the emulator does not check them as the service
/// does. Source: "Understanding the Table service data model" and "Performing entity group transactions" of the service's
/// documentation.
/// </summary>
internal static class TransactionLimits
{
    /// <summary>The most rows of one entity group transaction.</summary>
    public const int MaxRows = 100;

    /// <summary>The most bytes of one transaction's request: 4 MiB, less 64 KiB for the parts of it that we only estimate.</summary>
    public const int MaxBytes = (4 * 1024 * 1024) - (64 * 1024);

    /// <summary>The most bytes of one entity, 1 MiB.</summary>
    public const int MaxEntityBytes = 1024 * 1024;

    /// <summary>The most bytes of one string (as UTF-16) or binary property, 64 KiB.</summary>
    public const int MaxPropertyBytes = 64 * 1024;

    /// <summary>The most properties of one entity beside the keys and the timestamp.</summary>
    public const int MaxProperties = 252;

    // The headers of one part: boundary, content type, verb and address, and the annotations around the columns.
    private const int PartOverhead = 700;

    /// <summary>How many bytes an operation takes in a transaction's request, at most.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>Bytes.</returns>
    public static long RequestBytes(RowOperation operation) => Measure(operation).RequestBytes;

    /// <summary>What an operation takes, in a request and as a row.</summary>
    public static RowSize Measure(RowOperation operation)
    {
        // The row key stands in the address (percent-encoded) and in the body.
        // "Understanding the Table service data model": 4 bytes, the keys as UTF-16, and for each property 8 bytes, its
        // name as UTF-16 and its value.
        var size = new RowSize(PartOverhead + (4L * operation.RowKey.Length), 4 + (2L * (operation.RowKey.Length + 8)));
        foreach (var (name, value) in operation.Columns.Added)
        {
            switch (value)
            {
                case string text:
                    size.Text(name, text);
                    break;
                case byte[] binary:
                    size.Add(name, ((binary.Length + 2L) / 3) * 4, binary.Length);
                    break;
                default:
                    size.Small(name);
                    break;
            }
        }

        operation.Columns.MeasureFurther(ref size);
        return size;
    }

    /// <summary>How many bytes a column of bytes takes in a transaction's request, at most.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="length">How many bytes it holds.</param>
    /// <returns>Bytes.</returns>
    public static long RequestBytes(string name, int length) => RowSize.NameBytes(name) + ((length + 2L) / 3 * 4);

    /// <summary>Says which limit an operation breaks by itself, in whatever transaction.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>One sentence; null where it breaks none.</returns>
    public static string? Violation(RowOperation operation) => Violation(operation, Measure(operation));

    /// <summary>Says which limit an operation of that size breaks by itself. Null if it breaks none.</summary>
    public static string? Violation(RowOperation operation, RowSize size)
    {
        if (operation.Columns.Count > MaxProperties)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"Row '{operation.RowKey}' has {operation.Columns.Count} columns; Table storage takes {MaxProperties}.");
        }

        if (size.LargestBytes > MaxPropertyBytes)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"Column {size.Largest} of row '{operation.RowKey}' has {size.LargestBytes} bytes; "
                    + $"Table storage takes {MaxPropertyBytes}.");
        }

        return size.EntityBytes > MaxEntityBytes
            ? string.Create(CultureInfo.InvariantCulture,
                $"Row '{operation.RowKey}' has {size.EntityBytes} bytes; Table storage takes {MaxEntityBytes}.")
            : null;
    }

    /// <summary>
    /// Says what keeps operations from being a transaction, where the client or the emulator would not say it as the service
    /// does.
    /// </summary>
    /// <param name="operations">The operations.</param>
    /// <returns>The answer that the service gives, or would give if the client could send them; null where there is nothing.</returns>
    internal static string? Refusal(IReadOnlyList<RowOperation> operations)
    {
        if (operations.Count is 0 or > MaxRows)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"400 InvalidInput: {operations.Count} operations in a transaction, which takes 1 to {MaxRows}");
        }

        var rowKeys = new HashSet<string>(operations.Count, StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            if (!rowKeys.Add(operation.RowKey))
            {
                return $"400 InvalidDuplicateRow: row '{operation.RowKey}' is in the transaction twice";
            }

            // What stands behind these is the library's own.
            foreach (var (name, value) in operation.Columns.Added)
            {
                if (name is "PartitionKey" or "RowKey" or "Timestamp" || name.StartsWith("odata.", StringComparison.Ordinal))
                {
                    return $"400 PropertyNameInvalid: column {name} of row '{operation.RowKey}' is the service's own: "
                        + "give it another name";
                }

                if (value is not (string or int or long or bool or double or byte[] or DateTimeOffset or null))
                {
                    return $"400 InvalidInput: column {name} of row '{operation.RowKey}' is a {value.GetType()}: give a string, int, "
                        + $"long, bool, double, byte[] or DateTimeOffset";
                }
            }
        }

        return null;
    }
}
