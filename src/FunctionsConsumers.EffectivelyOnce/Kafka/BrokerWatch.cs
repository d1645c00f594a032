using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>
/// Says once that the broker is away and once that it is back, for all clients of a process together: each of them
/// reports every attempt to reconnect.
/// </summary>
internal sealed partial class BrokerWatch(KafkaConnection kafka, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private int _watching;

    /// <summary>Whether an error says that brokers cannot be reached, and not that they refuse something.</summary>
    public static bool IsAbsence(Error error) => error.Code
        is ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Transport or ErrorCode.Local_Resolve or ErrorCode.Local_TimedOut
        or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl;

    /// <summary>A client has reported an error. Returns at once.</summary>
    public void Report(string client, Error error)
    {
        if (!IsAbsence(error))
        {
            LogError(client, error.Reason);
        }
        else if (Interlocked.CompareExchange(ref _watching, 1, 0) == 0)
        {
            _ = Task.Run(() => WatchAsync(error));
        }
    }

    public void Dispose()
    {
        // Not disposed of: a watch under way still reads the token.
        _stop.Cancel();
    }

    private async Task WatchAsync(Error error)
    {
        try
        {
            using var admin = new AdminClientBuilder(kafka.Apply(new AdminClientConfig { ClientId = "functions-consumers-watch" }))
                .SetErrorHandler((_, _) => { })
                .SetLogHandler((_, _) => { })
                .Build();

            // A broker that closes an idle connection is reported too, and is not away.
            if (Answers(admin) || _stop.IsCancellationRequested)
            {
                return;
            }

            LogAway(kafka.Brokers, error.Reason);
            while (!Answers(admin))
            {
                await Task.Delay(BetweenQuestions, time, _stop.Token).ConfigureAwait(false);
            }

            LogBack(kafka.Brokers);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
        finally
        {
            Volatile.Write(ref _watching, 0);
        }
    }

    private static bool Answers(IAdminClient admin)
    {
        try
        {
            admin.GetMetadata(AnswerTimeout);
            return true;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    [LoggerMessage(100, LogLevel.Warning, "Kafka at {Brokers} is away ({Reason}); its consumers wait for it")]
    private partial void LogAway(string brokers, string reason);

    [LoggerMessage(101, LogLevel.Information, "Kafka at {Brokers} is back")]
    private partial void LogBack(string brokers);

    [LoggerMessage(102, LogLevel.Warning, "{Client}: {Reason}")]
    private partial void LogError(string client, string reason);
}
