using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Health;
using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the library.</summary>
public static class EffectivelyOnceRegistration
{
    /// <summary>
    /// Registers what the groups share: settings, accounts, the sender of dead letters, the service that runs the outboxes.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="setup">Changes what the configuration says, and hands in clients and credentials; null for neither.</param>
    /// <returns>Takes the events, their consumers and their messages.</returns>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static EffectivelyOnceBuilder AddEffectivelyOnce(
        this IServiceCollection services, IConfiguration configuration, Action<EffectivelyOnceSetup>? setup = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var given = new EffectivelyOnceSetup(EffectivelyOnceOptions.FromConfiguration(configuration));
        setup?.Invoke(given);
        var options = given.Options.Checked();
        services.AddSingleton(options);
        services.AddSingleton(given.ConnectKafka(configuration));
        services.AddSingleton(given.ConnectTables(configuration));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IGroupTables, AccountTables>();
        services.AddSingleton<ProcessLife>();
        services.AddSingleton<SendSlots>();
        services.AddSingleton<IGroupLog, KafkaGroupLog>();
        services.AddSingleton(provider => new BrokerWatch(
            provider.GetRequiredService<KafkaConnection>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("FunctionsConsumers.EffectivelyOnce")));
        services.AddSingleton<IHostedService, TablesWatchService>();
        services.AddSingleton<IHostedService, ConsumerGroupsService>();
        services.AddSingleton(provider => new GroupWatch(
            provider.GetServices<WatchedGroup>(),
            provider.GetRequiredService<IGroupLog>(),
            (group, stop) => GroupTable.FindAsync(provider.GetRequiredService<TableAccounts>(), group, stop),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<GroupWatch>>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<GroupWatch>());
        return new EffectivelyOnceBuilder(services, configuration, options)
            .AddMessageSender<DeadLetterSender>()
            .AddMessageSender<TopicSender>();
    }
}
