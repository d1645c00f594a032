namespace FunctionsConsumers.Orders.Events;

/// <summary>
/// The closed list of reasons for which a record becomes a dead letter, as they stand in the header
/// <c>dead-letter-reason</c>. The first eight are verdicts on the value alone (and on the catalog); the others are
/// verdicts of the library: on the record's headers, on a record among others, on what the table takes.
/// </summary>
public static class RejectionReasons
{
    /// <summary>The value is not JSON in UTF-8.</summary>
    public const string NotJson = "not-json";

    /// <summary>The value is JSON, but not an order: no object, a name twice, an id missing, a form that is neither or both.</summary>
    public const string NotAnOrder = "not-an-order";

    /// <summary>A quantity is missing, no integer number, or outside 1 to 1,000,000.</summary>
    public const string BadQuantity = "bad-quantity";

    /// <summary>A price is no number, below zero, finer than four decimals, missing in another currency, or beyond exact sums.</summary>
    public const string BadPrice = "bad-price";

    /// <summary>The catalog does not hold the product, though it was read again.</summary>
    public const string UnknownProduct = "unknown-product";

    /// <summary>The e-mail address is not one plain address.</summary>
    public const string BadAddress = "bad-address";

    /// <summary>The value, a string, or a column that would be stored is too large.</summary>
    public const string TooLarge = "too-large";

    /// <summary>Too many lines, or too many distinct products for one transaction.</summary>
    public const string TooWide = "too-wide";

    /// <summary>The header <c>redrive-group</c> names none of the three groups.</summary>
    public const string BadRedrive = "bad-redrive";

    /// <summary>The same idempotency key with another content.</summary>
    public const string KeyReused = "key-reused";

    /// <summary>Another order with the same id is there already.</summary>
    public const string OrderExists = "order-exists";

    /// <summary>The table service refused the order for what it holds.</summary>
    public const string Refused = "refused";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        NotJson, NotAnOrder, BadQuantity, BadPrice, UnknownProduct, BadAddress, TooLarge, TooWide,
        BadRedrive, KeyReused, OrderExists, Refused,
    ];
}
