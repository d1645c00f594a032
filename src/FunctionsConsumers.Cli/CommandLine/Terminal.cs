using FunctionsConsumers.EffectivelyOnce;
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
    private const string NoColour = "NO_COLOR";
    private const int UsualWidth = 80;

    // Wider than anything that is printed: whoever does not look at a terminal gets every line whole.
    private const int Unfolded = 1_000_000;

    /// <summary>How much of a result fits into a line.</summary>
    /// <value>Default null: as much as there is, as in a pipe or a file.</value>
    public int? Width { get; init; }

    /// <summary>Whether a result may have colours: a person looks at it, and NO_COLOR does not forbid them (no-color.org).</summary>
    /// <value>Default false.</value>
    public bool HasColours { get; init; }

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess() =>
        new(Console.Out, Console.Error, !Console.IsErrorRedirected,
            Console.IsInputRedirected || Console.IsErrorRedirected ? null : Console.In)
        {
            Width = Console.IsOutputRedirected ? null : Console.WindowWidth is > 0 and var width ? width : UsualWidth,
            HasColours = !Console.IsOutputRedirected
                && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(NoColour))
                && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
        };

    /// <summary>Asks the person at the terminal. Null if nobody can be asked.</summary>
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
    public void Say(string line) => Error.WriteLine(Secrets.Masked(line));

    /// <summary>Prints a text as a result, folded between its words where the terminal is narrower, whatever it holds.</summary>
    /// <param name="text">The text.</param>
    public void PrintText(string text)
    {
        foreach (var line in FoldedText.Lines(Printed.Of(text), Width))
        {
            Out.WriteLine(line);
        }
    }

    /// <summary>Prints a table as a result.</summary>
    public void Print(ResultTable table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Out),
            Interactive = InteractionSupport.No,
            ColorSystem = HasColours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Ansi = HasColours ? AnsiSupport.Yes : AnsiSupport.No,
        });
        console.Profile.Width = Unfolded;
        table.Write(console, Width);
    }

    /// <summary>Runs work under a progress bar; without a person to see it, runs the work.</summary>
    public Task<T> WithProgressAsync<T>(string title, long total, Func<Action<long>, Task<T>> work)
    {
        if (!ShowsProgress)
        {
            return work(static _ => { });
        }

        return ProgressOn(Error).Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
            .StartAsync(context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(total, 1));
                task.IsIndeterminate = total == 0;
                return work(done => task.Value = done);
            });
    }

    /// <summary>A table as every command prints it.</summary>
    public static ResultTable Table(params ReadOnlySpan<string> columns) => new(columns);

    /// <summary>
    /// Adds a row, whatever its texts hold: they come from producers. <paramref name="cells" /> is null for an empty one.
    /// </summary>
    public static void AddRow(ResultTable table, params IEnumerable<object?> cells) => table.Add(cells);

    private static IAnsiConsole ProgressOn(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Interactive = InteractionSupport.Yes,
        ColorSystem = string.IsNullOrEmpty(Environment.GetEnvironmentVariable(NoColour))
            ? ColorSystemSupport.Detect
            : ColorSystemSupport.NoColors,
        Ansi = AnsiSupport.Detect,
    });
}
