using FunctionsConsumers.Cli;
using FunctionsConsumers.Cli.CommandLine;

namespace FunctionsConsumers.UnitTests.Cli;

public sealed class FcCommandLineTests : IDisposable
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    [Theory]
    [InlineData("--json", "command")]
    [InlineData("bill", "bill")]
    [InlineData("audti", "did you mean audit?")]
    [InlineData("outbox lits", "did you mean list?")]
    [InlineData("dead-leters list", "did you mean dead-letters?")]
    [InlineData("groups --broker 127.0.0.1:9092", "did you mean --brokers?")]
    [InlineData("groups --brokesr=127.0.0.1:9092", "did you mean --brokers?")]
    [InlineData("tail --from-begining", "did you mean --from-beginning?")]
    [InlineData("keys show --jsno", "did you mean --json?")]
    [InlineData("outbox drop 1f --yess", "did you mean --yes?")]
    [InlineData("run --htpt 8080", "did you mean --http?")]
    [InlineData("run --orders many", "--orders")]
    [InlineData("run --orders -1", "--orders")]
    [InlineData("run --orders 5 --duplicates lots", "--duplicates")]
    [InlineData("run --orders 5 --poison -0.1", "--poison")]
    [InlineData("run --orders 5 --duplicates 11", "--duplicates")]
    [InlineData("run --orders 5 --seed x", "--seed")]
    [InlineData("run --orders 5 --colour red", "--colour")]
    [InlineData("run --exit", "--exit")]
    [InlineData("run --seed 7", "--seed")]
    [InlineData("run --partitions 0", "--partitions")]
    [InlineData("run --http 70000", "--http")]
    [InlineData("produce", "--count")]
    [InlineData("produce --count", "--count")]
    [InlineData("produce --count 5 --rate 0", "--rate")]
    [InlineData("tail order-events --max 0", "--max")]
    [InlineData("keys", "command")]
    [InlineData("keys show", "show")]
    [InlineData("dead-letters list --group shipping", "shipping")]
    [InlineData("dead-letters list --since yesterday", "--since")]
    [InlineData("dead-letters list --limit 0", "--limit")]
    [InlineData("dead-letters show", "show")]
    [InlineData("dead-letters redrive", "--all")]
    [InlineData("dead-letters redrive --all --reason bad-price", "--all")]
    [InlineData("dead-letters redrive --all --parked", "--parked")]
    [InlineData("order show", "show")]
    [InlineData("offsets reset --to latest", "--group")]
    [InlineData("offsets reset --group billing", "--to")]
    [InlineData("offsets reset --group billing --to noon", "--to")]
    [InlineData("offsets skip --group billing --to 5", "--partition")]
    [InlineData("replay --from 2h --to 1h", "--as")]
    [InlineData("replay --from 2h --as copy", "--to")]
    [InlineData("catalog set", "set")]
    [InlineData("catalog set Sofa", "--price")]
    [InlineData("groups --all --group billing", "--group")]
    [InlineData("completion tcsh", "tcsh")]
    [InlineData("config", "check")]
    [InlineData("config chek", "did you mean check?")]
    [InlineData("tail order-events --offset 5", "--partition")]
    [InlineData("tail order-events --grep (", "--grep")]
    [InlineData("tail order-events --since 1h --from-beginning", "--since")]
    [InlineData("tail order-events --group g --partition 0", "--partition")]
    [InlineData("outbox list --group shipping", "shipping")]
    [InlineData("tail order-events --partition 0 --offset O", "--offset")]
    [InlineData("outbox resend", "--parked")]
    [InlineData("outbox resend 1f --parked", "--parked")]
    [InlineData("outbox resend 1f --group billing", "--group")]
    [InlineData("outbox resend --parked --group shipping", "shipping")]
    [InlineData("outbox drop --yes", "drop")]
    [InlineData("audit --wait soon", "--wait")]
    [InlineData("lab --faults 101", "--faults")]
    [InlineData("lab --orders 20000", "--orders")]
    [InlineData("lab kill --every 0", "--every")]
    [InlineData("lab kill --embedded --kafka-home /opt/kafka", "--kafka-home")]
    [InlineData("lab kill --kafka-home /opt/kafka --brokers 127.0.0.1:9092", "--brokers")]
    public async Task A_wrong_command_line_gives_one_line_that_names_the_option_and_exit_code_2(string line, string named)
    {
        Assert.Equal(ExitCode.NotDone, await Invoke(line));
        Assert.Empty(_out.ToString());
        var said = Assert.Single(_error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(named, said, StringComparison.Ordinal);
        Assert.Contains("--help", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("services")]
    [InlineData("produce")]
    [InlineData("tail")]
    [InlineData("groups")]
    [InlineData("keys show")]
    [InlineData("dead-letters list")]
    [InlineData("outbox list")]
    [InlineData("outbox resend")]
    [InlineData("outbox drop")]
    [InlineData("audit")]
    [InlineData("config check")]
    [InlineData("lab")]
    [InlineData("lab kill")]
    public async Task Every_command_tells_of_the_options_that_all_commands_take(string command)
    {
        Assert.Equal(ExitCode.Good, await Invoke(command + " --help"));
        Assert.All(
            ["--brokers", "--tables", "--topic", "--json"], option => Assert.Contains(option, _out.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_setting_that_is_wrong_is_one_line_and_exit_code_2()
    {
        Assert.Equal(ExitCode.NotDone, await Invoke("keys show 1 --tables nonsense"));
        Assert.Empty(_out.ToString());
        Assert.Contains("OrderTables", Assert.Single(_error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_alone_prints_what_there_is()
    {
        Assert.Equal(ExitCode.Good, await Invoke(""));
        Assert.All(["run", "audit", "outbox", "--brokers"], word => Assert.Contains(word, _out.ToString(), StringComparison.Ordinal));
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData("help", "dead-letters")]
    [InlineData("help audit", "--heal")]
    [InlineData("help dead-letters redrive", "--dry-run")]
    public async Task Help_is_a_word_too(string line, string named)
    {
        Assert.Equal(ExitCode.Good, await Invoke(line));
        Assert.Contains(named, _out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys", "show")]
    [InlineData("outbox", "list, resend, drop")]
    public async Task A_command_that_wants_another_says_which(string line, string named)
    {
        Assert.Equal(ExitCode.NotDone, await Invoke(line));
        Assert.Contains(named, _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys show 1 --tables DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0")]
    [InlineData("keys show 1 --tables AccountName=a;AccountKey=!c2VjcmV0!;TableEndpoint=http//nonsense")]
    [InlineData("keys show 1 --tables c2VjcmV0")]
    [InlineData("keys show 1 --tables AccountName=a;AccountKey;c2VjcmV0==")]
    [InlineData("groups AccountKey=c2VjcmV0")]
    [InlineData("groups --tablse=AccountKey=c2VjcmV0")]
    [InlineData("audit --wait AccountKey=c2VjcmV0")]
    public async Task No_error_quotes_a_key(string line)
    {
        Assert.Equal(ExitCode.NotDone, await Invoke(line));
        Assert.DoesNotContain("c2VjcmV0", _error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }

    private Task<int> Invoke(string line) => FcCommandLine.InvokeAsync(
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        new Caller(new Terminal(_out, _error, ShowsProgress: false), new Dictionary<string, string>()),
        TestContext.Current.CancellationToken);
}
