using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace FunctionsConsumers.Benchmarks.Measuring;

/// <summary>Asks the questions, prints each answer as it comes, and writes all of them into the page.</summary>
/// <param name="bench">What the questions share.</param>
internal sealed class Report(Bench bench)
{
    private readonly List<(IQuestion Question, IReadOnlyList<Figure> Figures)> _answers = [];
    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>Asks one question.</summary>
    public async Task AskAsync(IQuestion question, CancellationToken cancellationToken)
    {
        if (_answers.Count == 0)
        {
            Console.WriteLine($"{Machine.Text}; seed {bench.Seed}");
        }

        Console.WriteLine();
        Console.WriteLine($"{question.Name}: {question.Asks}, against {question.Against}");
        var began = Stopwatch.GetTimestamp();
        var figures = await question.MeasureAsync(bench, cancellationToken);
        _answers.Add((question, figures));
        foreach (var figure in figures)
        {
            var name = figure.What.Length == 0 ? "" : figure.What + ": ";
            Console.WriteLine($"  {Mark(figure),-4} {name}{figure.Measured} (goal {figure.Goal})");
            Console.WriteLine($"       {figure.Raw}");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"       {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s"));
    }

    /// <summary>Writes the answers into the part of the page that is the command's.</summary>
    public async Task WriteAsync(string path, string command, CancellationToken cancellationToken)
    {
        var page = await File.ReadAllTextAsync(path, cancellationToken);
        await File.WriteAllTextAsync(path, ReportPage.Put(page, command, Table()), cancellationToken);
        Console.WriteLine();
        Console.WriteLine($"Written to {path}.");
    }

    private string Table()
    {
        var text = new StringBuilder().AppendLine().AppendLine(CultureInfo.InvariantCulture,
            $"{Machine.Text}; seed {bench.Seed}; {DateTime.UtcNow:yyyy-MM-dd}; "
                + $"{Stopwatch.GetElapsedTime(_began).TotalMinutes:0.0} minutes.").AppendLine();
        text.AppendLine("| question | against | of | measured | goal | |").AppendLine("|---|---|---|---|---|---|");
        foreach (var (question, figures) in _answers)
        {
            foreach (var figure in figures)
            {
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"| {question.Asks} | {question.Against} | {figure.What} | {figure.Measured} | {figure.Goal} | {Mark(figure)} |");
            }
        }

        text.AppendLine().AppendLine("Raw figures, each side's from the least to the most:").AppendLine();
        foreach (var (question, figures) in _answers)
        {
            foreach (var figure in figures)
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture, $"- {question.Name}{(figure.What.Length == 0 ? "" : ", " + figure.What)}: {figure.Raw}");
            }
        }

        return text.AppendLine().ToString();
    }

    private static string Mark(Figure figure) => figure.Met switch { true => "met", false => "not", _ => "" };
}
