using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Health;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations;
using FunctionsConsumers.Operations.ConsumerGroups;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Hosts;
using FunctionsConsumers.Operations.Log;
using FunctionsConsumers.Operations.Outbox;
using FunctionsConsumers.Operations.Redrives;
using FunctionsConsumers.Operations.Status;
using FunctionsConsumers.Operations.Stories;
using FunctionsConsumers.Orders.Mail;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what looks at the running system from within a host, and writes what the host counts.</summary>
public static class OperationsRegistration
{
    /// <summary>Registers it, beside the consumers.</summary>
    /// <param name="services">The services.</param>
    /// <param name="topic">The topic of the orders.</param>
    /// <param name="functions">The function of each group.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddOperations(
        this IServiceCollection services, string topic, IReadOnlyDictionary<string, string> functions)
    {
        services.AddSingleton(provider =>
            new OperatedServices(provider.GetRequiredService<KafkaConnection>(), provider.GetRequiredService<TableAccounts>(), topic)
        {
            Functions = functions,
            Time = provider.GetRequiredService<TimeProvider>(),
        });
        services.AddSingleton<TopicLog>();
        services.TryAddSingleton<IGroupMembers, BrokerGroupMembers>();
        services.AddSingleton<GroupsStatus>();
        services.AddSingleton<DeadLetterTopics>();
        services.AddSingleton<DeadLetterRedrive>();
        services.AddSingleton<OrderStories>();
        services.AddSingleton<UnsentMessages>();
        services.AddSingleton(provider => new HostTallies([.. functions.Keys], provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<HostTallies>());
        services.AddSingleton<HostRows>();
        services.AddSingleton<IHostedService>(provider => new HostReporter(
            provider.GetRequiredService<HostTallies>(),
            provider.GetRequiredService<HostRows>(),
            provider.GetRequiredService<GroupWatch>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<HostReporter>>()));
        services.AddSingleton(provider => new MailProbe(provider.GetRequiredService<MailSettings>()));
        services.AddSingleton(provider => new SystemStatus(
            provider.GetRequiredService<OperatedServices>(),
            provider.GetRequiredService<GroupsStatus>(),
            provider.GetRequiredService<DeadLetterTopics>(),
            provider.GetRequiredService<HostRows>(),
            provider.GetRequiredService<MailProbe>(),
            provider.GetRequiredService<GroupWatch>()));
        return services;
    }
}
