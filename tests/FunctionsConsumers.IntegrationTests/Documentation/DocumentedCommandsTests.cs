using System.CommandLine;
using System.Diagnostics;
using System.Text.RegularExpressions;
using FunctionsConsumers.Cli;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.IntegrationTests.Feeds;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Functions;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Reading;

namespace FunctionsConsumers.IntegrationTests.Documentation;

/// <summary>
/// Every code block and every command of the documents is run, parsed by its own program, or named here with the reason why not.
/// </summary>
public sealed partial class DocumentedCommandsTests
{
    // What needs more than this machine has. The files that these commands name are looked up all the same.
    private static readonly Dictionary<string, string> NotRunHere = new(StringComparer.Ordinal)
    {
        ["az"] = "needs a subscription of Azure",
        ["azd"] = "needs a subscription of Azure",
        ["kubectl"] = "needs a cluster",
        ["docker"] = "needs a container engine and a registry",
        ["gh"] = "needs a release that was published",
        ["git"] = "needs the address at which the repository is published",
        ["zip"] = "packs the output of the command before it",
        ["java"] = "is what docs/spec/check calls, which ./test runs where the checker is",
        ["npm"] = "is what ./test runs for the checks of infra",
        ["sudo"] = "changes the machine",
        ["brew"] = "changes the machine",
        ["wsl"] = "is a command of Windows",
        ["curl"] = "changes the machine",
        ["."] = "reads the name of the system",
        ["bash"] = "runs what the command before it has fetched",
        ["sed"] = "reads what the command before it prints",
        ["cd"] = "goes to a folder, which is looked up",
        ["export"] = "sets variables, whose names another test holds against the code",
    };

    // Blocks that show what a program prints, and the test that holds it, or why there is none.
    private static readonly string[] Shown =
    [
        // HistoriesCheckTests holds a failure of the package for tests to this form.
        "seed 1: the planner of 'ledger' plans ",
        // ReadmeTests hold what ./run, ./fc produce, ./fc order show and ./fc lab print.
        "broker   127.0.0.1", "2 records for order-events", "order 9-000001", "  guarantee ",
        "? Enter a unique environment name", // azd's own words
        "OrderId    Total", // the table client of az
        "deployment \"order-consumers\"", // kubectl's own words
        "EffectivelyOnce__Buckets is 32", // GroupTableTests hold the sentence
    ];

    /// <summary>Every document of the repository.</summary>
    public static TheoryData<string> Documents() => [.. DocumentBlock.Documents];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_block_of_code_has_a_test(string document)
    {
        foreach (var block in DocumentBlock.Of(document))
        {
            var isTested = block.Language switch
            {
                "sh" or "mermaid" => true, // the commands are tested below; a drawing is no code
                "json" => block.Text.Split("\n{").Select(IsAnOrder).All(isOrder => isOrder),
                "csharp" => document == "docs/adding-a-consumer.md" || IsCompiled(block),
                "diff" => document == "docs/adding-a-consumer.md",
                "" or "text" => block.Text.StartsWith("$ ", StringComparison.Ordinal)
                    || Shown.Any(start => block.Text.StartsWith(start, StringComparison.Ordinal)),
                _ => false,
            };
            Assert.True(isTested, $"{document}: no test runs or compiles this block ({block.Language}):\n{block.Text}");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_command_of_a_block_is_one_that_its_program_takes(string document)
    {
        foreach (var line in DocumentBlock.Of(document).Where(block => block.Language == "sh").SelectMany(block => block.Commands()))
        {
            foreach (var command in Separators().Split(line).Select(part => part.Trim(' ', '(', ')')).Where(part => part.Length > 0))
            {
                Check(document, command);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_command_of_fc_in_the_text_has_the_name_and_the_options_that_fc_knows(string document)
    {
        foreach (var command in InlineCommand().Matches(File.ReadAllText(At(document))).Select(match => match.Groups["command"].Value))
        {
            // The text may name a command without all that it needs.
            var given = Parse(command);
            Assert.True(given.UnmatchedTokens.Count == 0,
                $"{document} names `{command}`, and fc knows no {string.Join(' ', given.UnmatchedTokens)}");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task A_command_that_is_shown_with_its_output_prints_it(string document)
    {
        foreach (var block in DocumentBlock.Of(document).Where(block => block.Text.StartsWith("$ ", StringComparison.Ordinal)))
        {
            var lines = block.Text.Split('\n', 2);
            using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", lines[0][2..]]) { RedirectStandardOutput = true })!;
            Assert.Equal(lines[1], await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void The_second_block_of_the_packages_readme_is_compiled_here()
    {
        var source = File.ReadAllText(At("tests/FunctionsConsumers.IntegrationTests/Documentation/PackageFragment.cs"));
        var fragment = source.Split("// <fragment>\n")[1].Split("        // </fragment>")[0];

        Assert.Equal(
            Regex.Replace(fragment, "^ {8}", "", RegexOptions.Multiline),
            DocumentBlock.Of("src/FunctionsConsumers.EffectivelyOnce/PACKAGE.md").Where(block => block.Language == "csharp").ElementAt(1)
                .Text);
    }

    [Fact]
    public void The_functions_that_the_readme_lists_are_those_of_the_app()
    {
        var functions = FunctionDiscovery.Find(typeof(BillingServiceConsumer).Assembly);
        IEnumerable<LocalFunction> listed =
        [
            .. functions.Kafka.Select(
                function => new LocalFunction(function.Name, "kafkaTrigger", function.Trigger.ConsumerGroup, "order-events")),
            .. functions.Timers.Select(
                function => new LocalFunction(function.Name, "timerTrigger", null, null, function.Trigger.Schedule)),
        ];
        var shown = DocumentBlock.Of("README.md").Single(block => block.Text.Contains("\nFunctions:\n", StringComparison.Ordinal)).Text;

        Assert.Equal(
            listed.Select(function => function.Describe()),
            shown.Split('\n').Where(line => line.StartsWith("        ", StringComparison.Ordinal)).Select(line => line.Trim())
                .TakeWhile(line => !line.Contains("httpTrigger", StringComparison.Ordinal)));

        // Of the HTTP functions the page stands there for all.
        Assert.Contains("Status: httpTrigger, [GET] http://127.0.0.1:7071/api/status", shown, StringComparison.Ordinal);
    }

    private static void Check(string document, string command)
    {
        foreach (var path in RepositoryPath().Matches(command).Select(match => match.Groups["path"].Value))
        {
            Assert.True(Path.Exists(At(path)), $"{document}: `{command}` names {path}, which is not there");
        }

        var program = Words(OpenPart().Replace(command, "x")).SkipWhile(word => Assignment().IsMatch(word)).FirstOrDefault();
        switch (program)
        {
            case null: // variables alone
                break;
            case "./run" or "./fc" or "fc":
                var given = Parse(command);
                Assert.True(
                    given.Errors.Count == 0, $"{document}: `{command}`: {string.Join(' ', given.Errors.Select(error => error.Message))}");
                break;
            case "./bench":
                var options = File.ReadAllText(At("bench"));
                Assert.All(
                    Words(command).Where(word => word.StartsWith("--", StringComparison.Ordinal)),
                    option => Assert.Contains(option, options, StringComparison.Ordinal));
                break;
            case "./test" or "docs/spec/check":
                Assert.True(File.Exists(At(program)));
                break;
            case "dotnet":
                Assert.Contains(Words(command)[1], (string[])["test", "run", "build", "publish", "format", "new", "add", "tool"]);
                break;
            default:
                Assert.True(NotRunHere.ContainsKey(program), $"{document}: no test knows the command `{command}`");
                break;
        }
    }

    // As the shell would hand it over: <what is to be put in> is a word, [what may be left out] is there, … is nothing.
    private static ParseResult Parse(string command)
    {
        var shown = command.Replace("…", "", StringComparison.Ordinal)
            .Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);

        // In a table "this|that" is one word or the other, and "(A | B)" one part or the other: fc has to know all of them.
        shown = OtherWord().Replace(shown, "").Replace(@" \| ", " ", StringComparison.Ordinal)
            .Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal);
        string[] words = [.. Words(OpenPart().Replace(shown, "x")).SkipWhile(word => Assignment().IsMatch(word))];
        string[] arguments = words[0] is "./run" ? ["run", .. words[1..]] : [.. words[1..]];
        return FcCommandLine.Parse(
            arguments, new Caller(new Terminal(TextWriter.Null, TextWriter.Null, ShowsProgress: false), new Dictionary<string, string>()));
    }

    private static string[] Words(string command) => [.. Word().Matches(command).Select(match => match.Value.Trim('"', '\''))];

    private static bool IsAnOrder(string json, int place)
    {
        var value = System.Text.Encoding.UTF8.GetBytes(place == 0 ? json : "{" + json);
        var catalog = new ProductCatalog(new DefaultProducts(), TimeProvider.System);
        catalog.ReadAsync(CancellationToken.None).GetAwaiter().GetResult();
        var decoded = new OrderDecoder(catalog).Decode(new ConsumedRecord(new Coordinates("order-events", 0, 0), null, null, value, []));
        Assert.True(decoded.Rejection is null, $"{json}: {decoded.Rejection?.Detail}");
        return true;
    }

    // The examples and the fragment stand in files that are compiled; PackageTests and the test above compare them.
    private static bool IsCompiled(DocumentBlock block) => block.Document switch
    {
        "src/FunctionsConsumers.EffectivelyOnce/PACKAGE.md" => 2,
        "src/FunctionsConsumers.EffectivelyOnce.Testing/PACKAGE.md" => 1,
        _ => 0,
    } == DocumentBlock.Of(block.Document).Count(other => other.Language == "csharp");

    private static string At(string path) => Path.Combine(Dotnet.Repository, path);

    private sealed class DefaultProducts : ICatalogSource
    {
        public Task<IReadOnlyList<CatalogProduct>> ReadAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<CatalogProduct>>(DefaultCatalog.Products);
    }

    [GeneratedRegex(@"\s(?:&&|\|\|?|;)\s|\$\(")]
    private static partial Regex Separators();

    [GeneratedRegex(@"(?<=\S)\\\|\S+")]
    private static partial Regex OtherWord();

    [GeneratedRegex(@"`(?<command>(?:\./fc|\./run|fc) [a-z-][^`\n]*)`")]
    private static partial Regex InlineCommand();

    [GeneratedRegex(@"(?<![\w/.<])(?<path>(?:src|infra|tests|docs|examples|build)/[\w./-]*\w)")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"^[A-Za-z_]+=")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"<[^>]*>|""?\$\{?\w+\}?""?")]
    private static partial Regex OpenPart();

    [GeneratedRegex(@"'[^']*'|""[^""]*""|[^\s'""]+(?:'[^']*'|""[^""]*"")?")]
    private static partial Regex Word();
}
