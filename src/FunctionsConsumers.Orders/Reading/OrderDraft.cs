using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Orders.Reading;

/// <summary>
/// What was read of an order, with the worst fault found on the way. The worst one and not the first one decides, so that
/// the reason does not hang on the order of the properties; among equals the first one in the value stands.
/// </summary>
internal sealed class OrderDraft
{
    private FaultRank _rank = FaultRank.None;

    /// <summary>The order's id; null where it is missing, is no id, or is given twice.</summary>
    public string? OrderId { get; set; }

    /// <summary>The event's own id; null for none.</summary>
    public string? EventId { get; set; }

    /// <summary>The customer's id; null for none.</summary>
    public string? CustomerId { get; set; }

    /// <summary>The address; null for none.</summary>
    public string? Email { get; set; }

    /// <summary>The currency.</summary>
    public string Currency { get; set; } = CatalogCurrency;

    /// <summary>When the order was placed; null for unsaid.</summary>
    public DateTimeOffset? PlacedAt { get; set; }

    /// <summary>Whether there is a <c>product</c>, good or bad.</summary>
    public bool HasProduct { get; set; }

    /// <summary>Whether there are <c>lines</c>, good or bad.</summary>
    public bool HasLines { get; set; }

    /// <summary>Whether there is a <c>quantity</c> outside the lines, good or bad.</summary>
    public bool HasQuantity { get; set; }

    /// <summary>Whether there is a <c>unit_price</c> outside the lines, where none belongs.</summary>
    public bool HasUnitPrice { get; set; }

    /// <summary>The short form's line.</summary>
    public LineDraft Short { get; set; } = new() { Quantity = 1 };

    /// <summary>The lines, up to one more than an order may have.</summary>
    public List<LineDraft> Lines { get; } = [];

    /// <summary>The worst fault; null while there is none.</summary>
    public Rejection? Fault { get; private set; }

    /// <summary>The currency of the catalog's prices, and of an order that names none.</summary>
    internal const string CatalogCurrency = "EUR";

    /// <summary>Makes it as new, for another order.</summary>
    public void Clear()
    {
        (OrderId, EventId, CustomerId, Email, Currency, PlacedAt) = (null, null, null, null, CatalogCurrency, null);
        (HasProduct, HasLines, HasQuantity, HasUnitPrice) = (false, false, false, false);
        Short = new() { Quantity = 1 };
        Lines.Clear();
        (Fault, _rank) = (null, FaultRank.None);
    }

    /// <summary>Notes a fault.</summary>
    public void Fail(FaultRank rank, string reason, string detail)
    {
        if (rank < _rank)
        {
            _rank = rank;
            Fault = new Rejection(reason, detail);
        }
    }
}

/// <summary>A line as it was read.</summary>
internal struct LineDraft
{
    /// <summary>The product; null where it is missing or bad, which a fault then says.</summary>
    public string? Product;

    /// <summary>The quantity; 0 where it is missing or bad, which a fault then says.</summary>
    public int Quantity;

    /// <summary>The price in ten-thousandths; null for the catalog's.</summary>
    public UInt128? Price;
}

/// <summary>How faults rank when there are several, the worst first.</summary>
internal enum FaultRank
{
    /// <summary>Half of a surrogate pair.</summary>
    Text,

    /// <summary>A name twice: nobody knows which value is meant.</summary>
    DuplicateName,

    /// <summary>A string too long.</summary>
    Size,

    /// <summary>The order's id.</summary>
    OrderId,

    /// <summary>Something else that makes it no order.</summary>
    Shape,

    /// <summary>Too many lines or products.</summary>
    Width,

    /// <summary>A quantity.</summary>
    Quantity,

    /// <summary>A price.</summary>
    Price,

    /// <summary>The address.</summary>
    Address,

    /// <summary>No fault.</summary>
    None,
}
