using System.Diagnostics.CodeAnalysis;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the library.</summary>
public static class EffectivelyOnceRegistration
{
    /// <summary>Registers what the groups share: settings, accounts, the sender of dead letters, the service that runs the outboxes.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The settings.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static IServiceCollection AddEffectivelyOnce(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        var kafka = KafkaConnection.FromConfiguration(configuration)
            ?? throw new SettingException("KafkaBrokers is not set: name the broker as host:port, several separated by commas.");
        services.AddSingleton(kafka);
        services.AddSingleton(EffectivelyOnceOptions.FromConfiguration(configuration));
        services.AddSingleton(TableAccounts.FromConfiguration(configuration));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ProcessLife>();
        services.AddSingleton<IGroupLog, KafkaGroupLog>();
        services.AddMessageSender<DeadLetterSender>();
        services.AddSingleton<IHostedService, ConsumerGroupsService>();
        return services;
    }

    /// <summary>Registers a consumer group; its processor is the keyed service <see cref="IBatchProcessor" /> of the group's name.</summary>
    /// <typeparam name="TEvent">The domain's event; its decoder is registered by the domain.</typeparam>
    /// <typeparam name="TConsumer">The group's decisions.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="group">The consumer group, which has to be the consumer's own.</param>
    /// <param name="topic">The topic the group consumes.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddConsumer<TEvent, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TConsumer>(
        this IServiceCollection services, string group, string topic)
        where TConsumer : class, IConsumer<TEvent>
    {
        services.TryAddSingleton<TConsumer>();
        services.AddKeyedSingleton<IConsumerGroup>(group, (provider, _) =>
        {
            var consumer = provider.GetRequiredService<TConsumer>();
            if (!string.Equals(consumer.Group, group, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{typeof(TConsumer).Name} is the consumer of '{consumer.Group}' and was registered for '{group}'.");
            }

            return PlanRules.KindViolation(consumer.EffectKind) is { } violation
                ? throw new InvalidOperationException($"{typeof(TConsumer).Name} cannot start: {violation}.")
                : ActivatorUtilities.CreateInstance<ConsumerGroup<TEvent>>(provider, consumer, topic);
        });
        services.AddKeyedSingleton<IBatchProcessor>(group, (provider, _) => provider.GetRequiredKeyedService<IConsumerGroup>(group));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<IConsumerGroup>(group));
        services.AddSingleton<IGroupUpkeep>(provider => provider.GetRequiredKeyedService<IConsumerGroup>(group));
        return services;
    }

    /// <summary>Registers the sender of one kind of message.</summary>
    /// <typeparam name="TSender">The sender.</typeparam>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddMessageSender<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSender>(
        this IServiceCollection services)
        where TSender : class, IMessageSender
    {
        services.AddSingleton<IMessageSender, TSender>();
        return services;
    }
}
