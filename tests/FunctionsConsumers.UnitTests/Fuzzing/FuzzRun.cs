using System.Globalization;

namespace FunctionsConsumers.UnitTests.Fuzzing;

/// <summary>
/// One seeded run of a fuzz test. <c>FUZZ_SEED</c> sets the seed and <c>FUZZ_INPUTS</c> how many inputs it makes; a soak
/// takes a seed of its own each time, and ten times the inputs. The seed is printed.
/// </summary>
internal sealed class FuzzRun
{
    private const int DefaultSeed = 20_261_121;

    private readonly ITestOutputHelper _output;

    public FuzzRun(ITestOutputHelper output, int inputs)
    {
        _output = output;
        var isSoak = Environment.GetEnvironmentVariable("SOAK_MINUTES") is { Length: > 0 };
        Seed = Setting("FUZZ_SEED") ?? (isSoak ? Environment.TickCount & int.MaxValue : DefaultSeed);
        Inputs = Setting("FUZZ_INPUTS") ?? (isSoak ? 10 * inputs : inputs);
        Random = new Random(Seed);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figures: fuzz: {Inputs} inputs, FUZZ_SEED={Seed}"));
    }

    public int Seed { get; }

    public int Inputs { get; }

    public Random Random { get; }

    /// <summary>Fails the test unless something holds, and says which input of which seed it was.</summary>
    public void Require(bool holds, int input, string what)
    {
        if (!holds)
        {
            Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"Input {input} of FUZZ_SEED={Seed}: {what}"));
        }
    }

    /// <summary>Runs one input; an exception that escapes is told with the input it came of.</summary>
    public void Try(int input, Func<string> describe, Action act)
    {
        try
        {
            act();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"Input {input} of FUZZ_SEED={Seed} threw: {describe()}"), failure);
        }
    }

    public void Note(string figures) => _output.WriteLine("figures: fuzz: " + figures);

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
