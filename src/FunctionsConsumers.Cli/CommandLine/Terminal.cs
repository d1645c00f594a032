using System.Globalization;
using Spectre.Console;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>
/// Where a command's words go: results to standard output, and with <c>--json</c> nothing else; everything that is said
/// beside them to standard error.
/// </summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="ShowsProgress">Whether a person looks at standard error.</param>
/// <param name="In">Standard input, where a person sits at it; else null.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool ShowsProgress, TextReader? In = null)
{
    /// <summary>The process's own.</summary>
    /// <returns>The terminal.</returns>
    public static Terminal OfProcess() => new(Console.Out, Console.Error, !Console.IsErrorRedirected, Console.IsInputRedirected || Console.IsErrorRedirected ? null : Console.In);

    /// <summary>Asks the person at the terminal.</summary>
    /// <param name="question">The question, with a blank at its end.</param>
    /// <returns>The line that was typed; null where nobody can be asked.</returns>
    public string? Ask(string question)
    {
        if (In is null)
        {
            return null;
        }

        Error.Write(question);
        return In.ReadLine() ?? "";
    }

    /// <summary>Says something beside the result.</summary>
    /// <param name="line">The line.</param>
    public void Say(string line) => Error.WriteLine(line);

    /// <summary>Prints a table as a result.</summary>
    /// <param name="table">The table.</param>
    public void Print(Table table)
    {
        var console = ConsoleOn(Out, interactive: false);

        // Redirected output has no width of its own: nothing is folded or cut there.
        console.Profile.Width = Out == Console.Out && !Console.IsOutputRedirected ? Math.Max(console.Profile.Width, 40) : 1_000;
        console.Write(table);
    }

    /// <summary>Runs work under a progress bar; without a person to see it, runs the work.</summary>
    /// <typeparam name="T">The work's result.</typeparam>
    /// <param name="title">What is being done.</param>
    /// <param name="total">How much there is; 0 where nobody knows.</param>
    /// <param name="work">The work; it reports how much has been done.</param>
    /// <returns>The result.</returns>
    public Task<T> WithProgressAsync<T>(string title, long total, Func<Action<long>, Task<T>> work)
    {
        if (!ShowsProgress)
        {
            return work(static _ => { });
        }

        return ConsoleOn(Error, interactive: true).Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
            .StartAsync(context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(total, 1));
                task.IsIndeterminate = total == 0;
                return work(done => task.Value = done);
            });
    }

    /// <summary>A table as every command prints it.</summary>
    /// <param name="columns">The columns; those that begin with <c>#</c> hold numbers.</param>
    /// <returns>The table.</returns>
    public static Table Table(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            var number = column.StartsWith('#');
            var made = new TableColumn(Markup.Escape(number ? column[1..] : column)).NoWrap();
            table.AddColumn(number ? made.RightAligned() : made);
        }

        return table;
    }

    /// <summary>Adds a row, whatever its texts hold: they come from producers.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cells">The cells; null for an empty one.</param>
    public static void AddRow(Table table, params IEnumerable<object?> cells) =>
        table.AddRow([.. cells.Select(cell => Markup.Escape(Shown(Convert.ToString(cell, CultureInfo.InvariantCulture))))]);

    // What would move the cursor or fill the screen is not printed as it is.
    private static string Shown(string? cell)
    {
        var shown = string.Concat((cell ?? "").Select(character => char.IsControl(character) ? '\uFFFD' : character));
        return shown.Length <= 120 ? shown : string.Concat(shown.AsSpan(0, 119), "…");
    }

    private static IAnsiConsole ConsoleOn(TextWriter writer, bool interactive) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Interactive = interactive ? InteractionSupport.Yes : InteractionSupport.No,
        ColorSystem = interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
    });
}
