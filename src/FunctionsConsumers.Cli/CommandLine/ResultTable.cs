using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>
/// A table as every command prints it, of which nothing is ever cut: where the columns do not fit side by side, the records
/// stand side by side, and where those do not either, one under the other, with long texts folded between their words.
/// </summary>
internal sealed class ResultTable
{
    private readonly List<(string Name, bool IsNumber)> _columns = [];
    private readonly List<List<Cell>> _rows = [];

    /// <summary>Makes a table without rows.</summary>
    public ResultTable(params ReadOnlySpan<string> columns)
    {
        foreach (var column in columns)
        {
            _columns.Add(column.StartsWith('#') ? (column[1..], true) : (column, false));
        }
    }

    /// <summary>
    /// Adds a row, whatever its texts hold: they come from producers. <paramref name="cells" /> is null for an empty one, a
    /// <see cref="BadFigure" /> for one that a person is to see.
    /// </summary>
    public void Add(IEnumerable<object?> cells) => _rows.Add([.. cells.Select(cell => cell is BadFigure bad
        ? new Cell(Shown(bad.Value), true)
        : new Cell(Shown(cell), false))]);

    /// <summary>Writes the table. <paramref name="width" /> is null for as much as there is.</summary>
    public void Write(IAnsiConsole console, int? width)
    {
        foreach (var table in (ReadOnlySpan<Func<Table>>)[SideBySide, Turned])
        {
            var made = table();
            if (width is null || WidthOf(made, console) <= width)
            {
                console.Write(made);
                return;
            }
        }

        WriteRecords(console, width!.Value);
    }

    private Table SideBySide()
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var (name, isNumber) in _columns)
        {
            table.AddColumn(Column(name, isNumber));
        }

        foreach (var row in _rows)
        {
            table.AddRow(row.Select(cell => cell.Markup()).ToArray());
        }

        return table;
    }

    private Table Turned()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(Column(_columns[0].Name, isNumber: false));
        foreach (var row in _rows)
        {
            table.AddColumn(Column(row[0].Text, isNumber: true));
        }

        for (var column = 1; column < _columns.Count; column++)
        {
            table.AddRow([Markup.Escape(_columns[column].Name), .. _rows.Select(row => row[column].Markup())]);
        }

        return table;
    }

    private void WriteRecords(IAnsiConsole console, int width)
    {
        var indent = _columns.Max(column => column.Name.Length) + 2;
        foreach (var row in _rows)
        {
            console.WriteLine();
            for (var column = 0; column < _columns.Count; column++)
            {
                if (row[column].Text.Length > 0)
                {
                    var name = _columns[column].Name.PadRight(indent);
                    foreach (var part in FoldedText.Lines(row[column].Text, width - indent))
                    {
                        console.MarkupLine(Markup.Escape(name) + (row[column] with { Text = part }).Markup());
                        name = new string(' ', indent);
                    }
                }
            }
        }

        console.WriteLine();
    }

    private static int WidthOf(Table table, IAnsiConsole console) =>
        ((IRenderable)table).Measure(RenderOptions.Create(console, console.Profile.Capabilities), console.Profile.Width).Max;

    private static TableColumn Column(string name, bool isNumber)
    {
        var column = new TableColumn(Markup.Escape(name)).NoWrap();
        return isNumber ? column.RightAligned() : column;
    }

    // What would move the cursor is not printed as it is.
    private static string Shown(object? cell) => string.Concat(
        (Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "").Select(
        character => char.IsControl(character) ? '\uFFFD' : character));

    private sealed record Cell(string Text, bool IsBad)
    {
        public string Markup() => IsBad ? $"[red]{Spectre.Console.Markup.Escape(Text)}[/]" : Spectre.Console.Markup.Escape(Text);
    }
}

/// <summary>A figure that is not good.</summary>
internal sealed record BadFigure(object? Value)
{
    /// <summary>A figure that is good where it is 0.</summary>
    public static object UnlessZero(long value) => value == 0 ? value : new BadFigure(value);

    /// <summary>A figure that is good or bad.</summary>
    public static object? If(object? value, bool isBad) => isBad ? new BadFigure(value) : value;
}
