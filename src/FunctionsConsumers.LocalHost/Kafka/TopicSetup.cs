using Confluent.Kafka;
using Confluent.Kafka.Admin;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.LocalHost.Embedded;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.LocalHost.Kafka;

/// <summary>Reaches the broker and makes the topics that are missing.</summary>
internal sealed partial class TopicSetup(KafkaConnection kafka, ILogger logger, TimeSpan? patience = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes the topic of the orders and its dead-letter topics where they are missing.</summary>
    /// <exception cref="LocalHostException">The broker does not answer, or refuses the login or the topic of the orders.</exception>
    public async Task<bool> EnsureAsync(string topic, int partitions, CancellationToken cancellationToken)
    {
        using var admin = new AdminClientBuilder(kafka.Apply(new AdminClientConfig { ClientId = "fc-topics" }))
            .SetErrorHandler((_, _) => { })
            .SetLogHandler((_, _) => { })
            .Build();

        var found = await Task.Run(() => BrokerTopics.Ask(kafka, null, cancellationToken, patience), cancellationToken).WaitAsync(
            cancellationToken);
        HashSet<string> there = [.. found.Where(known => !known.Error.IsError).Select(known => known.Topic)];
        var isMock = await EmbeddedServices.IsEmbeddedAsync(kafka, cancellationToken);
        if (!there.Contains(topic))
        {
            await CreateAsync(admin, topic, partitions, isMock);
            await UntilThereAsync(admin, topic, cancellationToken);
        }

        foreach (var deadLetters in OrderTopics.DeadLetters(topic).Where(name => !there.Contains(name)))
        {
            try
            {
                await CreateAsync(admin, deadLetters, 1, isMock);
            }
            catch (LocalHostException e)
            {
                // Dead letters wait in the outbox until the topic is there; orders need not wait for them.
                LogDeadLetters(e.Message);
            }
        }

        return isMock;
    }

    private async Task CreateAsync(IAdminClient admin, string topic, int partitions, bool isMock)
    {
        try
        {
            if (isMock)
            {
                AskMock(topic);
                return;
            }

            await admin.CreateTopicsAsync(
                [new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }],
                new CreateTopicsOptions { RequestTimeout = Patience, OperationTimeout = Patience });
            LogCreated(topic, partitions);
        }
        catch (CreateTopicsException e) when (e.Results[0].Error.Code == ErrorCode.TopicAlreadyExists)
        {
            // Another host was quicker.
        }
        catch (CreateTopicsException e)
        {
            throw new LocalHostException(
                $"Topic {topic} is missing and Kafka at {kafka.Brokers} refused to make it ({e.Results[0].Error.Reason}): make it by hand "
                + $"with {partitions} partitions.", e);
        }
        catch (KafkaException e)
        {
            throw new LocalHostException(
                $"Topic {topic} is missing and Kafka at {kafka.Brokers} did not make it ({e.Error.Reason}): make it by hand with "
                + $"{partitions} partitions.", e);
        }
    }

    /// <summary>A mock cluster knows no CreateTopics; it makes a topic when a producer asks about it, with 4 partitions.</summary>
    private void AskMock(string topic)
    {
        using var producer = new ProducerBuilder<Null, Null>(kafka.Apply(new ProducerConfig { AllowAutoCreateTopics = true }))
            .SetErrorHandler((_, _) => { })
            .SetLogHandler((_, _) => { })
            .Build();
        using var asking = new DependentAdminClientBuilder(producer.Handle).Build();
        asking.GetMetadata(topic, Patience);
        LogCreated(topic, 4);
    }

    /// <summary>
    /// A topic just made may be unknown to the broker that is asked next, and a consumer that does not find it looks again
    /// only minutes later.
    /// </summary>
    private static async Task UntilThereAsync(IAdminClient admin, string topic, CancellationToken cancellationToken)
    {
        var giveUp = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < giveUp)
        {
            var metadata = await Task.Run(() => admin.GetMetadata(Patience), cancellationToken);
            if (metadata.Topics.Find(found => found.Topic == topic) is { Error.IsError: false } made
                && made.Partitions.TrueForAll(partition => partition.Leader >= 0))
            {
                return;
            }

            await Task.Delay(BetweenQuestions, cancellationToken);
        }

        throw new LocalHostException(
            $"Topic {topic} was made, and Kafka still does not know it after {Patience.TotalSeconds:0} s: look at the broker's log.");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Topic {Topic} made, {Partitions} partitions")]
    private partial void LogCreated(string topic, int partitions);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message}")]
    private partial void LogDeadLetters(string message);
}
