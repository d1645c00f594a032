using FunctionsConsumers.LocalHost.Logging;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.UnitTests.LocalHost.Logging;

public sealed class LineLoggerTests
{
    [Fact]
    public void An_entry_is_one_line_with_its_exceptions_messages_and_no_stack_trace()
    {
        using var writer = new StringWriter();
        using var provider = new LineLoggerProvider(writer, new ManualTime());
        provider.CreateLogger("any").Log(LogLevel.Error, 0, "it failed\nbadly", Thrown(), (state, _) => state);
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d\d\d error: it failed badly: outer: inner\r?\n$", writer.ToString());
    }

    [Fact]
    public void A_message_that_a_wrapper_repeats_is_written_once()
    {
        using var writer = new StringWriter();
        using var provider = new LineLoggerProvider(writer, new ManualTime());
        provider.CreateLogger("any").Log(LogLevel.Warning, 0, "so: reason", new InvalidOperationException("reason"), (state, _) => state);
        Assert.EndsWith("warning: so: reason" + Environment.NewLine, writer.ToString(), StringComparison.Ordinal);
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
