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
        var topic = configuration["OrdersTopic"];
        if (string.IsNullOrWhiteSpace(topic))
        {
            throw new SettingException("OrdersTopic is not set: name the topic of the orders, order-events by default.");
        }

        return services
            .AddEffectivelyOnce(configuration)
            .AddOrderDecoder()
            .AddMail(MailSettings.FromConfiguration(configuration))
            .AddConsumer<OrderEvent, InvoiceConsumer>(Groups.Billing, topic)
            .AddConsumer<OrderEvent, ReservationConsumer>(Groups.Inventory, topic)
            .AddConsumer<OrderEvent, ConfirmationConsumer>(Groups.Notification, topic);
    }

    // The catalog is small and read seldom: it stands in the first account alone.
    private static IServiceCollection AddOrderDecoder(this IServiceCollection services) => services
        .AddSingleton<ICatalogSource>(provider =>
            new TableCatalogSource(provider.GetRequiredService<TableAccounts>().Clients[0], provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<ProductCatalog>()
        .AddSingleton<IEventDecoder<OrderEvent>, OrderDecoder>()
        .AddHostedService<CatalogRefresher>();

    private static IServiceCollection AddMail(this IServiceCollection services, MailSettings settings)
    {
        services.AddSingleton(settings);
        return settings.SmtpHost is null
            ? services.AddMessageSender<EmlFileSender>()
            : services.AddMessageSender<SmtpSender>();
    }
}
