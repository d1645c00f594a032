using FunctionsConsumers.LocalHost.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsConsumers.UnitTests.LocalHost.Logging;

public sealed class LineLoggerTests
{
    [Fact]
    public void An_entry_is_one_line_of_time_level_category_event_message_and_its_exceptions_and_no_stack_trace()
    {
        using var writer = new StringWriter();
        using var provider = new LineLoggerProvider(writer, new FakeTimeProvider());
        provider.CreateLogger("orders.billing").Log(LogLevel.Error, 14, "it failed\nbadly", Thrown(), (state, _) => state);
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d\d\d error orders\.billing\[14\] it failed badly: outer: inner\r?\n$", writer.ToString());
    }

    [Fact]
    public void A_message_that_a_wrapper_repeats_is_written_once()
    {
        using var writer = new StringWriter();
        using var provider = new LineLoggerProvider(writer, new FakeTimeProvider());
        provider.CreateLogger("any").Log(LogLevel.Warning, 0, "so: reason", new InvalidOperationException("reason"), (state, _) => state);
        Assert.EndsWith("warning any[0] so: reason" + Environment.NewLine, writer.ToString(), StringComparison.Ordinal);
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("outer", new InvalidOperationException("inner"));
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }
}
