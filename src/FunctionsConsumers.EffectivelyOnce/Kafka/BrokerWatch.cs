using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Outages;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>
/// Says once that the broker gives no answer, and once that it is back, for all clients of a process together. A client by itself
/// reports every attempt to reconnect, and does not report a broker that is there and silent. The watch also says if the cluster
/// answers and sends its clients to an address that cannot be reached.
/// </summary>
internal sealed class BrokerWatch(
    KafkaConnection kafka,
    TimeProvider time,
    Action<ServiceAbsence> away,
    Action<ServiceAbsence, TimeSpan> back,
    Action<string> unreachable,
    Action<string> reachable,
    Action<string, string> error) : IDisposable
{
    /// <summary>How long an answer may take: with the time between two questions, less than 5 s.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    /// <summary>How long a question takes that may have no answer.</summary>
    private static readonly TimeSpan LongQuestion = TimeSpan.FromMilliseconds(1_900);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(1_500);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly ContainedFaults _faults = new();
    private string? _lastReason;
    private int _watching;
    private int _following;

    /// <summary>Makes a watch that writes to a log.</summary>
    public BrokerWatch(KafkaConnection kafka, TimeProvider time, ILogger logger)
        : this(kafka, time, new BrokerLog(logger))
    {
    }

    private BrokerWatch(KafkaConnection kafka, TimeProvider time, BrokerLog log)
        : this(kafka, time, log.Away, log.Back, log.Unreachable, log.Reachable, log.Error)
    {
    }

    /// <summary>Whether an error says that brokers cannot be reached, and not that they refuse something.</summary>
    public static bool IsAbsence(Error error) => error.Code
        is ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Transport or ErrorCode.Local_Resolve or ErrorCode.Local_TimedOut
        or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl;

    /// <summary>A client has reported an error. Returns at once.</summary>
    public void Report(string client, Error reported)
    {
        if (IsAbsence(reported))
        {
            Look(reported.Reason);
        }
        else if (_faults.Note(client, reported.Reason))
        {
            error(client, reported.Reason);
        }
    }

    /// <summary>
    /// Asks the broker from time to time until the end: clients that wait for new records do not notice that it is silent.
    /// </summary>
    public void Follow(string topic)
    {
        if (Interlocked.Exchange(ref _following, 1) == 0)
        {
            _ = Task.Run(() => FollowAsync(topic));
        }
    }

    /// <summary>Looks whether the broker answers if what is waited for takes long.</summary>
    public IDisposable Waiting() =>
        time.CreateTimer(_ => Look("a question has had no answer"), null, LongQuestion, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        // Not disposed of: a watch under way still reads the token.
        _stop.Cancel();
    }

    private void Look(string reason)
    {
        if (!_stop.IsCancellationRequested && Interlocked.CompareExchange(ref _watching, 1, 0) == 0)
        {
            _ = Task.Run(() => WatchAsync(reason, TimeSpan.Zero));
        }
    }

    private async Task FollowAsync(string topic)
    {
        try
        {
            using var admin = Admin();
            while (true)
            {
                await Task.Delay(BetweenLooks, time, _stop.Token).ConfigureAwait(false);
                if (Volatile.Read(ref _watching) == 0
                    && Ask(admin, topic) is null
                    && Interlocked.CompareExchange(ref _watching, 1, 0) == 0)
                {
                    await WatchAsync("the connection is there, and no answer comes", AnswerTimeout).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            error("the watch of the broker", failure.Message);
        }
    }

    // How long it is already known to be silent. It is not asked again before that is said.
    private async Task WatchAsync(string reason, TimeSpan silent)
    {
        try
        {
            using var admin = Admin();
            var began = time.GetTimestamp();
            var since = time.GetUtcNow() - silent;

            // The client also reports a broker that closes an idle connection. Such a broker is not away.
            if (silent == TimeSpan.Zero && Ask(admin, null) is { } answer)
            {
                await UntilReachableAsync(admin, answer).ConfigureAwait(false);
                return;
            }

            if (_stop.IsCancellationRequested)
            {
                return;
            }

            var absence = new ServiceAbsence(
                $"Kafka at {kafka.Brokers} (setting KafkaBrokers)", since, Volatile.Read(ref _lastReason) ?? reason);
            away(absence);
            while (Ask(admin, null) is null)
            {
                await Task.Delay(BetweenQuestions, time, _stop.Token).ConfigureAwait(false);
            }

            Volatile.Write(ref _lastReason, null);
            back(absence, silent + time.GetElapsedTime(began));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception failure)
        {
            error("the watch of the broker", failure.Message);
        }
        finally
        {
            Volatile.Write(ref _watching, 0);
        }
    }

    private async Task UntilReachableAsync(IAdminClient admin, Metadata answer)
    {
        if (AdvertisedBrokers.FindUnreachable(answer.Brokers) is not [var broker, ..])
        {
            return;
        }

        unreachable(broker.Describe(kafka.Brokers));
        while (Ask(admin, null) is not { } now || AdvertisedBrokers.FindUnreachable(now.Brokers).Count > 0)
        {
            await Task.Delay(BetweenQuestions, time, _stop.Token).ConfigureAwait(false);
        }

        reachable($"All brokers that Kafka at {kafka.Brokers} names can be reached now.");
    }

    private IAdminClient Admin() =>
        new AdminClientBuilder(
            kafka.Apply(new AdminClientConfig { ClientId = "functions-consumers-watch", AllowAutoCreateTopics = false }))
            .SetErrorHandler((_, failure) => Note(failure))
            .SetLogHandler((_, _) => { })
            .Build();

    // The reason why the last broker is down says more than that all are down.
    private void Note(Error failure)
    {
        if (failure.Code != ErrorCode.Local_AllBrokersDown)
        {
            Volatile.Write(ref _lastReason, failure.Reason);
        }
    }

    private static Metadata? Ask(IAdminClient admin, string? topic)
    {
        try
        {
            return topic is null ? admin.GetMetadata(AnswerTimeout) : admin.GetMetadata(topic, AnswerTimeout);
        }
        catch (KafkaException)
        {
            return null;
        }
    }
}
