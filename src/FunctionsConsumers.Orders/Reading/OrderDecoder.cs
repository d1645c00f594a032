using System.Text.Json;
using System.Text.Unicode;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Reading;

/// <summary>
/// Makes orders of records, the same for all three groups: what is poison for one is poison for all. Whatever the bytes
/// are, the answer is an order that keeps every rule or a rejection that names the thing and the fix. The subject of an
/// order is its id.
/// </summary>
/// <param name="catalog">The catalog that knows products and their prices.</param>
public sealed class OrderDecoder(ProductCatalog catalog) : IEventDecoder<OrderEvent>
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The domain's word for two different orders with one id.</summary>
    public string SubjectExistsReason => RejectionReasons.OrderExists;

    /// <summary>An order is what its value says; its idempotency key may come from a header.</summary>
    public bool DecodesByContent => true;

    /// <summary>The three groups: a record redriven for none of them would be handled by nobody.</summary>
    public IReadOnlyCollection<string> Groups => FunctionsConsumers.Orders.Groups.All;

    /// <inheritdoc />
    public Decoded<OrderEvent> Decode(ConsumedRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (CheckBytes(record.Value) is { } fault)
        {
            return new Decoded<OrderEvent>(null, null, null, fault);
        }

        var workspace = Workspace.Take();
        try
        {
            return Decode(record, workspace);
        }
        finally
        {
            workspace.GiveBack();
        }
    }

    private Decoded<OrderEvent> Decode(ConsumedRecord record, Workspace workspace)
    {
        OrderDraft? draft;
        try
        {
            draft = OrderValueReader.Read(record.Value, workspace);
        }
        catch (JsonException e)
        {
            return new Decoded<OrderEvent>(null, null, null, new Rejection(RejectionReasons.NotJson, ForeignForms.OfBytes(record.Value)
                ?? $"The value is not JSON: it breaks at line {e.LineNumber + 1}, byte {e.BytePositionInLine}; "
                    + "write one whole JSON object."));
        }

        if (draft is null)
        {
            return new Decoded<OrderEvent>(
                null, null, null, new Rejection(RejectionReasons.NotAnOrder, ForeignForms.OfNoObject(record.Value)));
        }

        if (draft.OrderId is null && ForeignForms.OfObject(record.Value) is { } envelope)
        {
            draft.Fail(FaultRank.OrderId, RejectionReasons.NotAnOrder, envelope);
        }

        OrderRules.Check(draft);
        var eventId = string.IsNullOrEmpty(draft.EventId) ? null : draft.EventId;
        if (draft.Fault is not null)
        {
            return new Decoded<OrderEvent>(null, draft.OrderId, eventId, draft.Fault);
        }

        var rejection = OrderPricing.Price(draft, catalog, out var order);

        // Given for a rejection too: what the catalog refuses today may have been applied, and its row then says so.
        return new Decoded<OrderEvent>(order, draft.OrderId, eventId, rejection) { Canonical = CanonicalOrder.Of(draft, workspace.Form) };
    }

    /// <summary>Reads the catalog again, unless that was done young enough for every product that was not found.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>When it is read.</returns>
    public ValueTask RefreshAsync(CancellationToken cancellationToken) => catalog.LookAgainAsync(cancellationToken);

    private static Rejection? CheckBytes(byte[]? value)
    {
        if (value is null)
        {
            return new Rejection(
                RejectionReasons.NotJson, "The record has no value: write the order as a JSON object; a tombstone cancels nothing here.");
        }

        if (value.Length > OrderLimits.MaxValueBytes)
        {
            return new Rejection(
                RejectionReasons.TooLarge, $"The value has {value.Length} bytes: an order has at most 524,288 (512 KiB).");
        }

        if (value.AsSpan().StartsWith(ByteOrderMark))
        {
            return new Rejection(
                RejectionReasons.NotJson, "The value begins with a byte order mark, which JSON must not: write it without.");
        }

        return Utf8.IsValid(value)
            ? null
            : new Rejection(
                RejectionReasons.NotJson, ForeignForms.OfBytes(value) ?? "The value is not UTF-8: write the order as JSON in UTF-8.");
    }
}
