using System.Globalization;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Kafka;

namespace FunctionsConsumers.LocalHost.Kafka;

/// <summary>
/// Asks a broker which topics it has: the first question of whoever talks to one. Its client would try again for ever
/// where a password or a certificate is wrong; here that is one line, and at once.
/// </summary>
public static class BrokerTopics
{
    /// <summary>How long an answer is waited for, unless said otherwise: 10 s.</summary>
    internal static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the first try may take before it is looked whether the broker has refused us meanwhile; each further one
    /// takes twice as long, for a broker that is far away.
    /// </summary>
    private static readonly TimeSpan FirstTry = TimeSpan.FromMilliseconds(250);

    /// <summary>Asks.</summary>
    /// <param name="kafka">The broker.</param>
    /// <param name="topic">The topic; null for all.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <param name="patience">For how long at most; null for 10 s.</param>
    /// <returns>What the broker tells; a topic that it does not have carries an error.</returns>
    /// <exception cref="LocalHostException">The broker refuses the login, no TLS connection can be made, it does not answer, or
    /// it names brokers that cannot be reached from here; the message is one line that names host, setting and fix.</exception>
    public static IReadOnlyList<TopicMetadata> Ask(
        KafkaConnection kafka, string? topic, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var most = patience ?? DefaultPatience;
        ArgumentNullException.ThrowIfNull(kafka);
        Error? refusal = null;
        string? reason = null;
        using var admin = new AdminClientBuilder(
            kafka.Apply(new AdminClientConfig { ClientId = "fc-topics", AllowAutoCreateTopics = false }))
            .SetErrorHandler((_, error) =>
            {
                if (IsRefusal(error))
                {
                    Volatile.Write(ref refusal, error);
                }

                // That all are down says less than why the last of them is.
                if (error.Code != ErrorCode.Local_AllBrokersDown)
                {
                    Volatile.Write(ref reason, error.Reason);
                }
            })
            .SetLogHandler((_, entry) =>
            {
                // Some failures are told nowhere else: a plain connection to a listener that wants TLS.
                if (entry.Facility == "FAIL")
                {
                    Volatile.Write(ref reason,
                        entry.Message[(entry.Message.IndexOf("]: ", StringComparison.Ordinal) + 1)..].TrimStart(':', ' '));
                }
            })
            .Build();

        var since = TimeProvider.System.GetTimestamp();
        for (var wait = FirstTry; ; wait *= 2)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var left = most - TimeProvider.System.GetElapsedTime(since);
            wait = wait < left ? wait : left > FirstTry ? left : FirstTry;
            try
            {
                var answer = topic is null ? admin.GetMetadata(wait) : admin.GetMetadata(topic, wait);
                CheckThatBrokersCanBeReached(kafka, answer);
                return answer.Topics;
            }
            catch (KafkaException e)
            {
                if (Volatile.Read(ref refusal) is { } refused)
                {
                    throw new LocalHostException(Refused(kafka, refused), e);
                }

                if (!BrokerWatch.IsAbsence(e.Error) || wait >= left)
                {
                    throw new LocalHostException(NoAnswer(kafka, Volatile.Read(ref reason) ?? e.Error.Reason, most), e);
                }
            }
        }
    }

    // Every further question would go to the brokers that lead the topics. One of several may be down for a moment; where none
    // can be reached, none will be.
    private static void CheckThatBrokersCanBeReached(KafkaConnection kafka, Metadata answer)
    {
        if (AdvertisedBrokers.FindUnreachable(answer.Brokers) is [var first, ..] unreachable && unreachable.Count == answer.Brokers.Count)
        {
            throw new LocalHostException(first.Describe(kafka.Brokers));
        }
    }

    /// <summary>Why a broker let nobody in, and what to look at.</summary>
    internal static string Refused(KafkaConnection kafka, Error error)
    {
        if (error.Code == ErrorCode.Local_Authentication)
        {
            return $"Kafka at {kafka.Brokers} refuses the login of '{kafka.Username}' ({error.Reason}): check KafkaUsername and "
                + $"KafkaPassword.";
        }

        return $"Kafka at {kafka.Brokers} and this machine agree on no TLS connection ({error.Reason}): check KafkaSslCaLocation "
            + $"({kafka.SslCaLocation ?? "not set: the system's authorities"}), which has to hold the authority of the broker's "
            + $"certificate.";
    }

    /// <summary>Whether waiting does not help: the broker, or this side, has refused the connection.</summary>
    internal static bool IsRefusal(Error error) => error.Code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl;

    /// <summary>That a broker did not answer, and what to look at. <paramref name="patience" /> is null for 10 s.</summary>
    internal static string NoAnswer(KafkaConnection kafka, string reason, TimeSpan? patience = null)
    {
        var fix = kafka.Username is null && reason.Contains("APIVERSION_QUERY", StringComparison.Ordinal)
            ? "start it, or set KafkaUsername, KafkaPassword and KafkaSslCaLocation where it wants a login over TLS"
            : kafka.Username is not null && reason.Contains("PLAINTEXT broker", StringComparison.Ordinal)
                ? "start it, or unset KafkaUsername and KafkaPassword where it wants no login"
                : "start it, or name another with --brokers";
        return string.Create(CultureInfo.InvariantCulture,
            $"Kafka at {kafka.Brokers} (setting KafkaBrokers) gave no answer within {(patience ?? DefaultPatience).TotalSeconds:0.#} s "
            + $"({reason}): {fix}.");
    }
}
