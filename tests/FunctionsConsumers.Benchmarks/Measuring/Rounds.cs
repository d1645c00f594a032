namespace FunctionsConsumers.Benchmarks.Measuring;

/// <summary>Runs two sides in turn, so that a machine that slows down slows both, and takes medians.</summary>
internal static class Rounds
{
    /// <summary>How often each side is measured, after one run of each that is not counted.</summary>
    public const int Count = 5;

    /// <summary>Measures two sides in turn.</summary>
    /// <param name="ours">One run of ours; gives its figure.</param>
    /// <param name="theirs">One run of the other side.</param>
    /// <returns>Both sides' figures.</returns>
    public static async Task<Pair> InTurnAsync(Func<Task<double>> ours, Func<Task<double>> theirs)
    {
        await ours();
        await theirs();
        var pair = new Pair([], []);
        for (var round = 0; round < Count; round++)
        {
            pair.Ours.Add(await ours());
            pair.Theirs.Add(await theirs());
        }

        return pair;
    }

    /// <summary>Measures one side.</summary>
    /// <param name="run">One run; gives its figure.</param>
    /// <returns>The figures.</returns>
    public static async Task<List<double>> OfAsync(Func<Task<double>> run)
    {
        await run();
        var figures = new List<double>();
        for (var round = 0; round < Count; round++)
        {
            figures.Add(await run());
        }

        return figures;
    }

    /// <summary>The middle one of some figures.</summary>
    public static double Median(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Figures in one line, the least and the most at their ends.</summary>
    public static string Line(IEnumerable<double> figures) => string.Join(" ", figures.Order().Select(Figure.Number));
}

/// <summary>The figures of two sides that ran in turn.</summary>
/// <param name="Ours">Ours.</param>
/// <param name="Theirs">The other side's.</param>
internal sealed record Pair(List<double> Ours, List<double> Theirs)
{
    /// <summary>Ours to theirs, by their medians.</summary>
    public double Ratio => Rounds.Median(Ours) / Rounds.Median(Theirs);

    /// <summary>Both, for the raw figures.</summary>
    public string Raw(string ours, string theirs) => $"{ours}: {Rounds.Line(Ours)}; {theirs}: {Rounds.Line(Theirs)}";
}
