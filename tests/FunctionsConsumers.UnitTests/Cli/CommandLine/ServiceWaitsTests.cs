using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outages;

namespace FunctionsConsumers.UnitTests.Cli.CommandLine;

public sealed class ServiceWaitsTests : IDisposable
{
    private readonly StringWriter _said = new();
    private readonly ObservedTime _time = new();

    public void Dispose() => _said.Dispose();

    [Fact]
    public async Task A_silent_service_is_named_at_once_and_given_up_with_that_sentence_when_the_time_is_over()
    {
        using var waits = Waits(givesUp: true);
        waits.Away(Absence(secondsAgo: 4), "start them");
        Assert.Equal("Waiting: no answer from the tables at http://a:1 (setting OrderTables) since 23:59:56Z (Connection refused).",
            _said.ToString().TrimEnd());
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(waits.GivenUp.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(
            "no answer from the tables at http://a:1 (setting OrderTables) since 23:59:56Z (Connection refused): start them. "
                + "Given up after 15 s (--timeout)",
            await waits.GivenUp.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_service_that_is_back_is_told_of_and_not_given_up()
    {
        using var waits = Waits(givesUp: true);
        waits.Away(Absence(secondsAgo: 4), "start them");
        waits.Back(Absence(secondsAgo: 9), TimeSpan.FromSeconds(9));
        Assert.EndsWith(
            "The tables at http://a:1 (setting OrderTables): back after 9 s.", _said.ToString().TrimEnd(), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(waits.GivenUp.IsCompleted);
    }

    [Fact]
    public void A_command_that_waits_for_ever_is_not_given_up()
    {
        using var waits = Waits(givesUp: false);
        waits.Away(Absence(secondsAgo: 4), "start them");
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(waits.GivenUp.IsCompleted);
    }

    private ServiceWaits Waits(bool givesUp) =>
        new(new Terminal(TextWriter.Null, _said, ShowsProgress: false), TimeSpan.FromSeconds(15), givesUp, _time);

    private ServiceAbsence Absence(int secondsAgo) =>
        new("the tables at http://a:1 (setting OrderTables)", _time.GetUtcNow() - TimeSpan.FromSeconds(secondsAgo), "Connection refused");
}
