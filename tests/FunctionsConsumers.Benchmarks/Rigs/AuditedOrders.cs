using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.Orders.Catalog;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>
/// Any number of orders, each with the invoice that billing would have written for it, made while they are read: nothing of
/// them is held here. A few hundred contents come again and again under ids of their own.
/// </summary>
internal sealed class AuditedOrders
{
    private const int Contents = 500;
    private const int Partitions = 4;

    private static readonly DateTimeOffset At = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private readonly List<Content> _contents;

    /// <summary>Makes the contents.</summary>
    /// <param name="seed">The seed.</param>
    public AuditedOrders(long seed)
    {
        var prices = DefaultCatalog.Products.ToDictionary(product => product.Name, product => product.Price);
        var reader = new OrderReader();
        _contents = [.. Enumerable.Range(1, Contents).Select(
            number => ContentOf(reader.Read(ValidOrders.Make(seed, number).Value)!, prices))];
    }

    /// <summary>A record of the topic.</summary>
    /// <param name="order">The number of its order, from 0.</param>
    /// <returns>Its coordinates and value.</returns>
    public (int Partition, long Offset, byte[] Value) Record(int order)
    {
        var (content, id) = (_contents[order % Contents], IdOf(order));
        var value = new byte[content.Before.Length + id.Length + content.After.Length];
        content.Before.CopyTo(value, 0);
        Encoding.ASCII.GetBytes(id, value.AsSpan(content.Before.Length));
        content.After.CopyTo(value, content.Before.Length + id.Length);
        return (order % Partitions, order / Partitions, value);
    }

    /// <summary>When all records were written.</summary>
    public static DateTime WrittenAt => At.UtcDateTime;

    /// <summary>The offset after the last of so many orders, in each partition.</summary>
    public static Dictionary<int, long> Ends(int orders) => Enumerable.Range(0, Partitions)
        .ToDictionary(partition => partition, partition => (long)((orders - partition + Partitions - 1) / Partitions));

    /// <summary>A row of billing's table.</summary>
    /// <param name="order">The number of its order, from 0.</param>
    /// <returns>The row.</returns>
    public TableEntity Row(int order)
    {
        var (content, id) = (_contents[order % Contents], IdOf(order));
        var fingerprint = OrderMeaning.FingerprintOf(content.Order with { Id = id });
        return new TableEntity(string.Create(CultureInfo.InvariantCulture, $"b{order % 16:D3}"), "invoice!" + id)
        {
            ["State"] = "applied",
            ["OrderId"] = id,
            ["Fingerprint"] = string.Create(CultureInfo.InvariantCulture, $"{fingerprint.High:x32}{fingerprint.Low:x32}"),
            ["Topic"] = "order-events",
            ["Partition"] = order % Partitions,
            ["Offset"] = (long)(order / Partitions),
            ["AppliedAt"] = At,
            ["Lines"] = content.Lines,
            ["Currency"] = content.Order.Currency,
            ["Total"] = content.Total,
        };
    }

    private static string IdOf(int order) => string.Create(CultureInfo.InvariantCulture, $"order-{order:D9}");

    private static Content ContentOf(AuditedOrder order, Dictionary<string, decimal> prices)
    {
        var lines = order.Lines.Select(line => (line.Product, line.Quantity, Price: line.UnitPrice ?? prices[line.Product])).ToList();
        var ordered = string.Join(',', order.Lines.Select(line => Line(line.Product, line.Quantity, line.UnitPrice)));
        var address = order.Email is null ? "" : $"\"email\":\"{order.Email}\",";
        return new Content(
            order with { CustomerId = null, PlacedAt = null },
            Encoding.ASCII.GetBytes("{\"order_id\":\""),
            Encoding.ASCII.GetBytes($"\",{address}\"currency\":\"{order.Currency}\",\"lines\":[{ordered}]}}"),
            $"[{string.Join(',', lines.Select(line => Line(line.Product, line.Quantity, line.Price)))}]",
            Text($"{lines.Sum(line => line.Quantity * line.Price)}"));
    }

    private static string Line(string product, long quantity, decimal? price) => Text(
        $$"""{"product":"{{product}}","quantity":{{quantity}}""") + (price is null ? "}" : Text($",\"unit_price\":{price}}}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Content(AuditedOrder Order, byte[] Before, byte[] After, string Lines, string Total);
}
