using System.Globalization;
using System.Text;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.UnitTests.Fuzzing;

namespace FunctionsConsumers.UnitTests.Audit.Orders;

/// <summary>The quick way of reading an order says nothing that the whole one does not say too.</summary>
public sealed class PlainOrderTests(ITestOutputHelper output)
{
    private const int Inputs = 60_000;

    [Fact]
    public void What_is_read_in_one_go_is_read_alike_by_the_whole_reader()
    {
        var run = new FuzzRun(output, Inputs);
        var reader = new PlainOrder(new SharedTexts());
        var text = new OrderText(run.Random, [.. ValidOrders.Products]);
        var read = 0;
        for (var input = 0; input < run.Inputs; input++)
        {
            var value = run.Random.Next(3) == 0 ? text.Next() : ValidOrders.Make(7, input).Value!;
            value = value.Length < 4096 && run.Random.Next(2) == 0 ? ByteMutation.Of(run.Random, value) : value;
            if (reader.Read(value) is { } plain)
            {
                read++;
                run.Require(Shown(plain) == Shown(OrderReader.ReadWhole(value)), input, Encoding.Latin1.GetString(value));
            }
        }

        Assert.InRange(read, run.Inputs / 4, run.Inputs);
    }

    [Fact]
    public void Traffic_is_read_in_one_go()
    {
        var reader = new PlainOrder(new SharedTexts());
        var orders = Enumerable.Range(1, 2_000).Select(number => ValidOrders.Make(7, number).Value!).ToList();

        Assert.InRange(orders.Count(order => reader.Read(order) is not null), 1_990, 2_000);
    }

    private static string Shown(AuditedOrder? order) => order is null ? "no order"
        : OrderMeaning.Form(order) + string.Join(
            ' ', order.Lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.Quantity} {line.UnitPrice}")));
}
