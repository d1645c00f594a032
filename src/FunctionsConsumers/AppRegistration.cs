using FunctionsConsumers.Orders;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers;

/// <summary>Registers all that the app's functions need; <c>Program.cs</c> and the local host both call it, and nothing else.</summary>
public static class AppRegistration
{
    /// <summary>Registers the consumers, their health checks, and what the status page looks through.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The settings.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="EffectivelyOnce.SettingException">A setting is missing or wrong.</exception>
    public static IServiceCollection AddOrdersApp(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOrderConsumers(configuration);
        services.AddOperations(configuration[OrderSettings.Topic]!, ConsumerFunctions.ByGroup);
        services.AddHealthChecks().AddEffectivelyOnce();
        return services;
    }
}
