using System.CommandLine;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Operations.Catalog;

namespace FunctionsConsumers.Cli.Catalog;

/// <summary><c>fc catalog list</c> and <c>set</c>.</summary>
internal static class CatalogCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller) => new("catalog", "The products that orders may name.") { List(caller), Set(caller) };

    private static Command List(Caller caller) =>
        new Command("list", "Lists the products: price in EUR, pieces on hand, reserved by orders, left.").Runs(caller, async call =>
    {
        using var system = OperatedSystem.OfTables(call.Target());
        var entries = await new CatalogTable(system.Services).ListAsync(call.Stop);
        if (call.Json)
        {
            call.PrintJson(entries);
        }
        else
        {
            Print(call.Terminal, entries);
        }

        return ExitCode.Good;
    });

    private static Command Set(Caller caller)
    {
        var product = new Argument<string>("PRODUCT") { Description = "The product's name" };
        var price = new Option<string?>("--price") { Description = "Its price in EUR, at most four decimals", HelpName = "price" };
        var onHand = SharedOptions.Whole("--on-hand", "Pieces on hand", 0, long.MaxValue);
        var set = new Command("set", "Changes a product, or adds it. Running hosts know of it within a minute, "
            + "of a new one with the next order that names it.") { product, price, onHand };
        set.Validators.Add(given =>
        {
            if (given.GetResult(price) is null && given.GetResult(onHand) is null)
            {
                given.AddError("catalog set takes --price, --on-hand, or both");
            }
        });
        return set.Runs(caller, async call =>
        {
            using var system = OperatedSystem.OfTables(call.Target());
            var (entry, isNew) = await new CatalogTable(system.Services)
                .SetAsync(call.Given.GetRequiredValue(product), call.Given.GetValue(price), call.Given.GetValue(onHand), call.Stop);
            if (call.Json)
            {
                call.PrintJson(entry);
            }
            else
            {
                Print(call.Terminal, [entry]);
                call.Terminal.Say($"{entry.Product} is {(isNew ? "added" : "changed")}");
            }

            return ExitCode.Good;
        });
    }

    private static void Print(Terminal terminal, IReadOnlyList<CatalogEntry> entries)
    {
        var table = Terminal.Table("product", "#price", "#on hand", "#reserved", "#left");
        foreach (var entry in entries)
        {
            Terminal.AddRow(table, entry.Product, entry.Price, entry.OnHand, entry.Reserved, entry.Left);
        }

        terminal.Print(table);
    }
}
