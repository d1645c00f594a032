using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Mail;
using FunctionsConsumers.Orders.Reading;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionsConsumers.UnitTests.Orders;

public sealed class OrderConsumersRegistrationTests
{
    private static ServiceProvider Build(params (string Name, string? Value)[] settings)
    {
        (string Name, string? Value)[] all = [("KafkaBrokers", "127.0.0.1:1"), ("OrdersTopic", "order-events"),
            ("OrderTables", "UseDevelopmentStorage=true"), .. settings];
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            all.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).Build();
        return new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddOrderConsumers(configuration)
            .BuildServiceProvider();
    }

    private static (string Name, string? Value)[] None => [];

    [Fact]
    public async Task Each_group_gets_its_processor_and_all_get_one_decoder()
    {
        await using var services = Build(None);

        Assert.All(Groups.All, group => Assert.Equal(group, services.GetRequiredKeyedService<IBatchProcessor>(group).Group));
        Assert.IsType<OrderDecoder>(services.GetRequiredService<IEventDecoder<OrderEvent>>());
        Assert.IsType<TableCatalogSource>(services.GetRequiredService<ICatalogSource>());
        Assert.Contains(services.GetServices<IHostedService>(), service => service is CatalogRefresher);
    }

    [Fact]
    public async Task Mail_goes_to_files_or_to_the_server_that_is_named()
    {
        await using var files = Build(None);
        await using var server = Build(("SmtpHost", "127.0.0.1"));

        Assert.Single(files.GetServices<IMessageSender>(), sender => sender.Kind == "email" && sender is EmlFileSender);
        Assert.Single(server.GetServices<IMessageSender>(), sender => sender.Kind == "email" && sender is SmtpSender);
    }

    [Fact]
    public void A_wrong_setting_stops_the_start() =>
        Assert.StartsWith("SmtpPort", Assert.Throws<SettingException>(() => Build(("SmtpPort", "x"))).Message, StringComparison.Ordinal);
}
