using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders;
using FunctionsConsumers.Orders.Billing;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Inventory;
using FunctionsConsumers.Orders.Mail;
using FunctionsConsumers.Orders.Notification;
using FunctionsConsumers.Orders.Reading;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers everything the three consumers need; the Functions app and the local host both call it, and nothing else.</summary>
public static class OrderConsumersRegistration
{
    /// <summary>Registers the three consumers and what they stand on.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The settings.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static IServiceCollection AddOrderConsumers(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        var topic = configuration[OrderSettings.Topic];
        if (string.IsNullOrWhiteSpace(topic))
        {
            throw new SettingException($"{OrderSettings.Topic} is not set: name the topic of the orders, order-events by default.");
        }

        services
            .AddEffectivelyOnce(configuration, setup => setup.TablesSetting = OrderSettings.Tables)
            .AddOrderEvents()
            .AddMail(MailSettings.FromConfiguration(configuration))
            .AddConsumer<OrderEvent, InvoiceConsumer>(topic)
            .AddConsumer<OrderEvent, ReservationConsumer>(topic)
            .AddConsumer<OrderEvent, ConfirmationConsumer>(topic);
        return services;
    }

    // The catalog is small and read seldom: it stands in the first account alone.
    private static EffectivelyOnceBuilder AddOrderEvents(this EffectivelyOnceBuilder builder)
    {
        builder.Services
            .AddSingleton<ICatalogSource>(provider =>
                new TableCatalogSource(provider.GetRequiredService<TableAccounts>().Clients[0], provider.GetRequiredService<TimeProvider>()))
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
