using System.CommandLine;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Pieces;
using FunctionsConsumers.Benchmarks.Questions;

IQuestion[] questions =
[
    new UsualPattern(), new CostOfOnce(), new TablesOwnRate(), new LibraryAgainstLoop(), new ProcessorAlone(), new Replay(),
    new Requests(),
    new TelemetryCost(), new Growth(), new ServiceLimit(), new WholeRun(), new AuditRate(), new BatchSizes(),
];

var only = new Option<string[]>("--only")
{
    Description = "The questions to ask: " + string.Join(", ", questions.Select(question => question.Name)),
    AllowMultipleArgumentsPerToken = true,
};
var seed = new Option<int>("--seed") { Description = "The seed of all traffic.", DefaultValueFactory = _ => 7 };
var pieces = new Option<bool>("--pieces") { Description = "Measures the small pieces instead, with BenchmarkDotNet." };
only.AcceptOnlyFromAmong([.. questions.Select(question => question.Name)]);
var command = new RootCommand("Measures what effectively-once costs, and writes docs/benchmarks.md when every question was asked.")
{
    only, seed, pieces,
};
command.SetAction(async (parsed, cancellationToken) =>
{
    if (parsed.GetValue(pieces))
    {
        return OrderPieces.Run();
    }

    var root = Environment.GetEnvironmentVariable("FC_HOME") ?? Directory.GetCurrentDirectory();
    var names = parsed.GetValue(only) ?? [];
    var asked = questions.Where(question => names.Length == 0 || names.Contains(question.Name, StringComparer.Ordinal)).ToList();
    await using var bench = new Bench(parsed.GetValue(seed), root);
    var report = new Report(bench);
    foreach (var question in asked)
    {
        await report.AskAsync(question, cancellationToken);
    }

    if (asked.Count == questions.Length)
    {
        await report.WriteAsync(Path.Combine(root, "docs", "benchmarks.md"), cancellationToken);
    }

    return 0;
});
return await command.Parse(args).InvokeAsync();
