using System.Globalization;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.LocalHost.Logging;

/// <summary>
/// Writes each log entry as one line: time, level, category with the event's number, message. Exceptions go into the same
/// line: no entry and no stack trace ever spans two.
/// </summary>
internal sealed class LineLoggerProvider(TextWriter writer, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _gate = new();

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void Dispose()
    {
        // The writer is the caller's.
    }

    private void Write(string category, LogLevel level, EventId eventId, string message, Exception? exception)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{time.GetLocalNow():HH:mm:ss.fff} ");
        line.Append(CultureInfo.InvariantCulture, $"{Word(level)} {category}[{eventId.Id}] {message}");
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            // A wrapper's message often ends with the one it wraps.
            if (!message.Contains(cause.Message, StringComparison.Ordinal))
            {
                line.Append(": ").Append(cause.Message);
                message = cause.Message;
            }
        }

        line.Replace("\r\n", " ").Replace('\n', ' ').Replace('\r', ' ');
        lock (_gate)
        {
            writer.WriteLine(Secrets.Masked(line.ToString()));
            writer.Flush();
        }
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Whoever started the host says why it did not start; the generic host would say it once more.
            if (eventId.Name != "HostedServiceStartupFaulted")
            {
                provider.Write(category, logLevel, eventId, formatter(state, exception), exception);
            }
        }
    }
}
