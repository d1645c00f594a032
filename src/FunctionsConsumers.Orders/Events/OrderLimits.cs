namespace FunctionsConsumers.Orders.Events;

/// <summary>How large an order may be, so that every effect of it fits one entity group transaction.</summary>
public static class OrderLimits
{
    /// <summary>The longest value of a record, in bytes.</summary>
    public const int MaxValueBytes = 512 * 1024;

    /// <summary>The longest string anywhere in the value, property names included, in UTF-16 code units.</summary>
    public const int MaxTextLength = 1000;

    /// <summary>The longest order id, in UTF-16 code units.</summary>
    public const int MaxOrderIdLength = 200;

    /// <summary>The most lines.</summary>
    public const int MaxLines = 500;

    /// <summary>
    /// The most distinct products: each is a counter's row beside the reservation's, and a transaction holds 100 rows
    /// (Table storage).
    /// </summary>
    public const int MaxProducts = 90;

    /// <summary>The largest quantity of a line; the smallest is 1.</summary>
    public const int MaxQuantity = 1_000_000;

    /// <summary>The longest text of a stored column: 64 KiB in UTF-16, as Table storage counts.</summary>
    public const int MaxColumnLength = 32 * 1024;
}
