using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Health;
using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Takes the events, their consumers and their messages.</summary>
public sealed class EffectivelyOnceBuilder
{
    private const DynamicallyAccessedMemberTypes Constructors = DynamicallyAccessedMemberTypes.PublicConstructors;

    private readonly IConfiguration _configuration;
    private readonly EffectivelyOnceOptions _options;

    internal EffectivelyOnceBuilder(IServiceCollection services, IConfiguration configuration, EffectivelyOnceOptions options)
    {
        Services = services;
        _configuration = configuration;
        _options = options;
    }

    /// <summary>The services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Events are JSON. A record whose value is not JSON (<c>not-json</c>), does not fit the type (<c>not-an-event</c>) or
    /// has no subject (<c>no-subject</c>) becomes a dead letter.
    /// </summary>
    /// <typeparam name="TEvent">The domain's event.</typeparam>
    /// <param name="json">How the event is written, from a source-generated context.</param>
    /// <param name="subject">What an event is about. Two events with one subject are the same event, or a conflict.</param>
    /// <param name="eventId">An event's own id, for its idempotency key where no header gives one; null where events have none.</param>
    /// <returns>The same builder.</returns>
    public EffectivelyOnceBuilder AddJsonEvents<TEvent>(
        JsonTypeInfo<TEvent> json, Func<TEvent, string?> subject, Func<TEvent, string?>? eventId = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(subject);
        Services.AddSingleton<IEventDecoder<TEvent>>(new JsonEventDecoder<TEvent>(json, subject, eventId));
        return this;
    }

    /// <summary>Events are what a decoder of one's own makes of records.</summary>
    /// <typeparam name="TEvent">The domain's event.</typeparam>
    /// <typeparam name="TDecoder">The decoder.</typeparam>
    /// <returns>The same builder.</returns>
    public EffectivelyOnceBuilder AddEvents<TEvent, [DynamicallyAccessedMembers(Constructors)] TDecoder>()
        where TDecoder : class, IEventDecoder<TEvent>
    {
        Services.AddSingleton<IEventDecoder<TEvent>, TDecoder>();
        return this;
    }

    /// <summary>
    /// Runs a consumer group in this process, until the host stops: batches, one in flight, offsets stored after success,
    /// retry, rebalance, drain, gap audit, retention, outbox.
    /// </summary>
    /// <typeparam name="TEvent">The domain's event.</typeparam>
    /// <typeparam name="TPlanner">The group's decisions; its <see cref="IEventPlanner{TEvent}.Group" /> is the consumer group.</typeparam>
    /// <param name="topics">The topics the group consumes, at least one.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">No topic, or the group is registered already.</exception>
    /// <exception cref="SettingException">A setting of the group is wrong.</exception>
    public EffectivelyOnceBuilder AddKafkaConsumer<TEvent, [DynamicallyAccessedMembers(Constructors)] TPlanner>(params string[] topics)
        where TPlanner : class, IEventPlanner<TEvent> => AddKafkaConsumer<TEvent, TPlanner>(options => options, topics);

    /// <summary>Runs a consumer group in this process, and says in code how it reads and where it begins.</summary>
    /// <typeparam name="TEvent">The domain's event.</typeparam>
    /// <typeparam name="TPlanner">The group's decisions; its <see cref="IEventPlanner{TEvent}.Group" /> is the consumer group.</typeparam>
    /// <param name="options">Changes what the configuration says: <c>options => options with { StartsAt = GroupStart.Latest }</c>.</param>
    /// <param name="topics">The topics the group consumes, at least one.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">No topic, or the group is registered already.</exception>
    /// <exception cref="SettingException">A setting of the group is wrong.</exception>
    public EffectivelyOnceBuilder AddKafkaConsumer<TEvent, [DynamicallyAccessedMembers(Constructors)] TPlanner>(
        Func<KafkaConsumerOptions, KafkaConsumerOptions> options, params string[] topics)
        where TPlanner : class, IEventPlanner<TEvent>
    {
        ArgumentNullException.ThrowIfNull(options);
        var settled = options(KafkaConsumerOptions.FromConfiguration(_configuration, TPlanner.Group)).Checked(TPlanner.Group, _options);
        AddGroup<TEvent, TPlanner>(new ConsumedTopics([.. topics], settled.StartsAt));
        Services.AddSingleton<IHostedService>(provider => new HostedConsumer(
            provider.GetRequiredKeyedService<IConsumerGroup>(TPlanner.Group),
            topics,
            settled,
            provider.GetRequiredService<KafkaConnection>(),
            provider.GetRequiredService<BrokerWatch>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        return this;
    }

    /// <summary>
    /// Registers a consumer group whose batches somebody else delivers, as the Functions host does. Its processor is the
    /// keyed service <see cref="IBatchProcessor" /> of the group's name; <see cref="IGroupUpkeep" /> is to be called from time
    /// to time.
    /// </summary>
    /// <typeparam name="TEvent">The domain's event.</typeparam>
    /// <typeparam name="TPlanner">The group's decisions; its <see cref="IEventPlanner{TEvent}.Group" /> is the consumer group.</typeparam>
    /// <param name="topics">The topics the group consumes, at least one.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">No topic, or the group is registered already.</exception>
    public EffectivelyOnceBuilder AddConsumer<TEvent, [DynamicallyAccessedMembers(Constructors)] TPlanner>(params string[] topics)
        where TPlanner : class, IEventPlanner<TEvent>
    {
        ArgumentNullException.ThrowIfNull(topics);
        AddGroup<TEvent, TPlanner>(new ConsumedTopics([.. topics], null));
        return this;
    }

    /// <summary>Registers the sender of one kind of message.</summary>
    /// <typeparam name="TSender">The sender.</typeparam>
    /// <returns>The same builder.</returns>
    public EffectivelyOnceBuilder AddMessageSender<[DynamicallyAccessedMembers(Constructors)] TSender>()
        where TSender : class, IMessageSender
    {
        Services.AddSingleton<IMessageSender, TSender>();
        return this;
    }

    private void AddGroup<TEvent, [DynamicallyAccessedMembers(Constructors)] TPlanner>(ConsumedTopics topics)
        where TPlanner : class, IEventPlanner<TEvent>
    {
        var group = TPlanner.Group;
        if (topics.Names.Count == 0 || topics.Names.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException(
                $"The group '{group}' ({typeof(TPlanner).Name}) consumes no topic: name at least one, and none that is empty.",
                nameof(topics));
        }

        var keys = Services.Where(service => service.IsKeyedService && service.ServiceType == typeof(IConsumerGroup))
            .Select(service => service.ServiceKey);
        if (keys.Contains(group))
        {
            throw new ArgumentException(
                $"The group '{group}' is registered twice, the second time with {typeof(TPlanner).Name}: "
                + "give each planner a group of its own.",
                nameof(topics));
        }

        if (PlanRules.KindViolation(TPlanner.EffectKind) is { } violation)
        {
            throw new ArgumentException($"{typeof(TPlanner).Name} cannot start: {violation}.", nameof(topics));
        }

        Services.TryAddSingleton<TPlanner>();
        Services.AddSingleton(new WatchedGroup(group, topics.Names));
        Services.AddKeyedSingleton<IConsumerGroup>(group, (provider, _) => ActivatorUtilities.CreateInstance<ConsumerGroup<TEvent>>(
            provider, new GroupPlanner<TEvent, TPlanner>(provider.GetRequiredService<TPlanner>()), topics));
        Services.AddKeyedSingleton<IBatchProcessor>(group, (provider, _) => provider.GetRequiredKeyedService<IConsumerGroup>(group));
        Services.AddKeyedSingleton<IParkedMessages>(group, (provider, _) => new ParkedMessages(async cancellationToken =>
        {
            var consumed = provider.GetRequiredKeyedService<IConsumerGroup>(group);
            return (await consumed.OpenAsync(cancellationToken).ConfigureAwait(false)).OutboxByHand;
        }));
        Services.AddSingleton(provider => provider.GetRequiredKeyedService<IConsumerGroup>(group));
        Services.AddSingleton<IGroupUpkeep>(provider => provider.GetRequiredKeyedService<IConsumerGroup>(group));
    }
}
