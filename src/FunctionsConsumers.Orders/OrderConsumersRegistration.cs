using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Mail;
using FunctionsConsumers.Orders.Reading;
using FunctionsConsumers.Orders.Settings;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Registers everything the consumers of orders need; the Functions app and the local host both call it, and nothing else.
/// </summary>
public static class OrderConsumersRegistration
{
    /// <summary>Registers the consumers and what they stand on.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The settings.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static IServiceCollection AddOrderConsumers(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        UnknownSettings.Refuse(configuration);
        var topic = configuration[OrderSettings.Topic];
        if (string.IsNullOrWhiteSpace(topic))
        {
            throw new SettingException($"{OrderSettings.Topic} is not set: name the topic of the orders, order-events by default.");
        }

        var builder = services
            .AddEffectivelyOnce(configuration, setup => setup.TablesSetting = OrderSettings.Tables)
            .AddOrderEvents()
            .AddMail(MailSettings.FromConfiguration(configuration));
        Groups.Register(builder, topic);
        return services;
    }

    // The catalog is small and read seldom: it stands in the first account alone.
    private static EffectivelyOnceBuilder AddOrderEvents(this EffectivelyOnceBuilder builder)
    {
        builder.Services
            .AddSingleton<ICatalogSource>(provider =>
                new TableCatalogSource(
                    provider.GetRequiredService<TableAccounts>().Clients[0], provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<ProductCatalog>()
            .AddHostedService<CatalogRefresher>();
        return builder.AddEvents<OrderEvent, OrderDecoder>();
    }

    private static EffectivelyOnceBuilder AddMail(this EffectivelyOnceBuilder builder, MailSettings settings)
    {
        builder.Services.AddSingleton(settings).AddHostedService<MailKeeper>();
        return settings.SmtpHost is null
            ? builder.AddMessageSender<EmlFileSender>()
            : builder.AddMessageSender<SmtpSender>();
    }
}
