using System.Globalization;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.SimulationTests.Domain;

/// <summary>An order as the decoder reads it from a record.</summary>
internal sealed record Order(
    IReadOnlyList<(string Product, int Quantity)> Lines, IReadOnlyList<string> Messages, int Rows, int Bulk, string Nonce);

/// <summary>Reads orders, against a catalog as one process life last saw it.</summary>
/// <param name="catalog">The products known at the start.</param>
/// <param name="refresh">Reads the catalog again; may fail.</param>
/// <param name="byMeaning">Whether it gives canonical bytes, so that blanks at the end make no other order.</param>
internal sealed class OrderDecoder(
    IReadOnlySet<string> catalog, Func<CancellationToken, Task<IReadOnlySet<string>>> refresh, bool byMeaning) : IEventDecoder<Order>
{
    private IReadOnlySet<string> _catalog = catalog;

    public string SubjectExistsReason => "order-exists";

    // A record is the same event wherever it stands, once it has been applied.
    public bool DecodesByContent => byMeaning;

    public Decoded<Order> Decode(ConsumedRecord record)
    {
        var text = Encoding.UTF8.GetString(record.Value ?? []).TrimEnd(' ');
        var canonical = byMeaning ? Encoding.UTF8.GetBytes(text) : null;
        var parts = text.Split(';');
        if (parts.Length != 6)
        {
            return new Decoded<Order>(null, null, null, new Rejection("not-an-order", "It has no six parts."));
        }

        var subject = parts[0].Length == 0 ? null : parts[0];
        (string Product,
            int Quantity)[] lines = [.. parts[1].Split(',',
            StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':') is [var product, var quantity]
            ? (product, int.Parse(quantity, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException(line))];
        if (lines.Any(line => !_catalog.Contains(line.Product)))
        {
            var rejection = new Rejection("unknown-product", "The catalog does not hold it.", Provisional: true);
            return new Decoded<Order>(null, subject, null, rejection) { Canonical = canonical };
        }

        var order = new Order(
            lines,
            parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries),
            int.Parse(parts[3], CultureInfo.InvariantCulture),
            int.Parse(parts[4], CultureInfo.InvariantCulture),
            parts[5]);
        return new Decoded<Order>(order, subject, null, null) { Canonical = canonical };
    }

    public async ValueTask RefreshAsync(CancellationToken cancellationToken) => _catalog = await refresh(cancellationToken);
}

/// <summary>Plans an order's rows, counters and messages; with a row of its own for each order, or with keys alone.</summary>
/// <param name="effectKind">The kind of the order's row; null for a consumer that keeps none.</param>
/// <param name="isOfNewVersion">Whether it plans as the new version of the hosts does.</param>
internal sealed class OrderConsumer(string? effectKind, bool isOfNewVersion) : IConsumer<Order>
{
    /// <summary>A product whose orders the consumer may not plan.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>A product of which no counter takes so much.</summary>
    public const string Overflow = "overflow";

    /// <summary>A product whose orders the new version may not plan.</summary>
    public const string Outgrown = "outgrown";

    public const string GroupName = "simulated";

    public string Group => GroupName;

    public string? EffectKind => effectKind;

    public Plan Plan(Order order, EventIdentity identity)
    {
        var plan = Allowed(order, identity);
        if (!order.Lines.Any(line => line.Product == Forbidden || (isOfNewVersion && line.Product == Outgrown)))
        {
            return plan;
        }

        return (order.Nonce[^1] % 5) switch
        {
            0 => throw new InvalidOperationException("The planner has a mistake."),
            1 => null!,
            2 => plan with { Inserts = [new RowInsert("key!" + order.Nonce, new Dictionary<string, object>())] },
            3 => plan with { Inserts = [new RowInsert("item!" + order.Nonce, new Dictionary<string, object> { ["RowKey"] = "x" })] },
            _ => plan with { Messages = [new PlannedMessage("", [])] },
        };
    }

    private Plan Allowed(Order order, EventIdentity identity) => new()
    {
        Effect = effectKind is null
            ? new Dictionary<string, object>()
            : new Dictionary<string, object> { ["Nonce"] = order.Nonce, ["Quantity"] = order.Lines.Sum(line => (long)line.Quantity) },
        Inserts = [.. Enumerable.Range(0, order.Rows).Select(row => new RowInsert(
            RowKey.OfSubject("item", string.Create(CultureInfo.InvariantCulture, $"{identity.Subject}-{row}")),
            new Dictionary<string, object> { ["Nonce"] = order.Nonce }))],
        Additions = [.. order.Lines
            .SelectMany(line => line.Product == Overflow ? [(line.Product, Amount: long.MaxValue), (line.Product, long.MaxValue)]
                : new[] { (line.Product, Amount: (long)line.Quantity) })
            .Select(line => new Addition(RowKey.OfCounter("stock", line.Product, identity.Coordinates), "Reserved", line.Amount))],
        Messages = [.. order.Messages.Select((kind, ordinal) => new PlannedMessage(kind, Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{identity.Subject} {ordinal} {order.Nonce}").PadRight(order.Bulk, ' '))))],
    };
}
