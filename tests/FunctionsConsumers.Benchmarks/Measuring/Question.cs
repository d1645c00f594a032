namespace FunctionsConsumers.Benchmarks.Measuring;

/// <summary>One question of the benchmarks: what is asked, against what, and what the answer should be.</summary>
internal interface IQuestion
{
    /// <summary>The name by which it is chosen: lower case, words joined by <c>-</c>.</summary>
    string Name { get; }

    /// <summary>What is asked, in a few words.</summary>
    string Asks { get; }

    /// <summary>What it is measured against; a dash where against nothing.</summary>
    string Against { get; }

    /// <summary>Measures. Where two sides are compared, they run in turn.</summary>
    /// <param name="bench">What the questions share.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    /// <returns>The figures; none where this machine lacks something, which is then said.</returns>
    Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken);
}

/// <summary>One figure of an answer.</summary>
/// <param name="What">What it is of: a group, a size; empty where the question says it all.</param>
/// <param name="Measured">The figure in words, for example <c>0.93 of its rows/s</c>.</param>
/// <param name="Goal">The goal in words; a dash where there is none.</param>
/// <param name="Met">Whether it was reached; null where there is none.</param>
/// <param name="Raw">What was measured, side by side.</param>
internal sealed record Figure(string What, string Measured, string Goal, bool? Met, string Raw)
{
    /// <summary>A figure that should be at least so much.</summary>
    public static Figure AtLeast(string what, double measured, double goal, string unit, string raw) =>
        new(what, Number(measured) + unit, "≥ " + Number(goal) + unit, measured >= goal, raw);

    /// <summary>A figure that should be at most so much.</summary>
    public static Figure AtMost(string what, double measured, double goal, string unit, string raw) =>
        new(what, Number(measured) + unit, "≤ " + Number(goal) + unit, measured <= goal, raw);

    /// <summary>A figure that is told and not judged.</summary>
    public static Figure Told(string what, string measured, string raw) => new(what, measured, "–", null, raw);

    /// <summary>What could not be measured here, and why.</summary>
    public static Figure Missing(string why) => new("", "not measured", "–", null, why);

    /// <summary>A number with as many digits as say something.</summary>
    public static string Number(double number) => Math.Abs(number) switch
    {
        >= 100 => number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture),
        >= 10 => number.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture),
        >= 0.1 => number.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture),
        0 => "0",
        _ => number.ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture),
    };
}
