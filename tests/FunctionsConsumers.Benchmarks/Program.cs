using System.CommandLine;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Pieces;
using FunctionsConsumers.Benchmarks.Questions;

IQuestion[] own =
[
    new UsualPattern(), new CostOfOnce(), new TablesOwnRate(), new LibraryAgainstLoop(), new ProcessorAlone(), new Replay(),
    new Requests(),
    new TelemetryCost(), new Growth(), new ServiceLimit(), new StartToFirst(), new WholeRun(), new AuditRate(), new BatchSizes(),
];
IQuestion[] others = [new WolverineRoutes(), new KafkaStreams()];
IQuestion[] questions = [.. own, .. others];

var only = new Option<string[]>("--only")
{
    Description = "The questions to ask: " + string.Join(", ", questions.Select(question => question.Name)),
    AllowMultipleArgumentsPerToken = true,
};
var seed = new Option<int>("--seed") { Description = "The seed of all traffic.", DefaultValueFactory = _ => 7 };
var pieces = new Option<bool>("--pieces") { Description = "Measures the small pieces instead, with BenchmarkDotNet." };
var peers = new Option<bool>("--peers")
{
    Description = "Asks how others do instead (needs KAFKA_HOME and PostgreSQL), and writes their section of docs/benchmarks.md.",
};
only.AcceptOnlyFromAmong([.. questions.Select(question => question.Name)]);
var command = new RootCommand("Measures what effectively-once costs, and writes docs/benchmarks.md when every question was asked.")
{
    only, seed, pieces, peers,
};
command.SetAction(async (parsed, cancellationToken) =>
{
    if (parsed.GetValue(pieces))
    {
        return OrderPieces.Run();
    }

    var root = Environment.GetEnvironmentVariable("FC_HOME") ?? Directory.GetCurrentDirectory();
    var (command, part) = parsed.GetValue(peers) ? (ReportPage.Peers, others) : (ReportPage.Main, own);
    var names = parsed.GetValue(only) ?? [];
    var asked = names.Length == 0 ? part : [.. questions.Where(question => names.Contains(question.Name, StringComparer.Ordinal))];
    await using var bench = new Bench(parsed.GetValue(seed), root);
    var report = new Report(bench);
    foreach (var question in asked)
    {
        await report.AskAsync(question, cancellationToken);
    }

    if (asked == part)
    {
        await report.WriteAsync(Path.Combine(root, "docs", "benchmarks.md"), command, cancellationToken);
    }

    return 0;
});
return await command.Parse(args).InvokeAsync();
