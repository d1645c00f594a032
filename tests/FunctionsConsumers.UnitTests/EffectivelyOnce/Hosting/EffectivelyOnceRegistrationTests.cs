using Azure.Core;
using Azure.Data.Tables;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Hosting;

public sealed class EffectivelyOnceRegistrationTests : IDisposable
{
    private readonly ConfigurationManager _configuration = new();
    private readonly ServiceCollection _services = new();

    public EffectivelyOnceRegistrationTests()
    {
        _configuration["KafkaBrokers"] = "127.0.0.1:9092";
        _configuration["Tables"] = "UseDevelopmentStorage=true";
        _services.AddLogging();
        _services.AddSingleton<IConfiguration>(_configuration);
    }

    public void Dispose() => _configuration.Dispose();

    [Fact]
    public void The_group_is_said_once_by_its_planner()
    {
        Builder().AddEvents<Counted, CountedDecoder>().AddKafkaConsumer<Counted, Tally>("ticks");
        using var provider = _services.BuildServiceProvider();

        Assert.Equal("tally", provider.GetRequiredKeyedService<IBatchProcessor>("tally").Group);
        Assert.Equal(["tally"], provider.GetServices<IGroupUpkeep>().Select(group => group.Name));
        Assert.NotNull(provider.GetRequiredKeyedService<IParkedMessages>("tally"));
        Assert.Single(provider.GetServices<IHostedService>().OfType<HostedConsumer>());
    }

    [Fact]
    public void A_consumer_whose_batches_the_host_delivers_is_not_hosted_here()
    {
        Builder().AddEvents<Counted, CountedDecoder>().AddConsumer<Counted, Tally>("ticks");
        using var provider = _services.BuildServiceProvider();

        Assert.Equal("tally", provider.GetRequiredKeyedService<IBatchProcessor>("tally").Group);
        Assert.Empty(provider.GetServices<IHostedService>().OfType<HostedConsumer>());
    }

    [Fact]
    public void A_group_without_a_topic_is_refused_with_its_name() =>
        Assert.Contains("'tally' (Tally) consumes no topic",
            Assert.Throws<ArgumentException>(() => Builder().AddKafkaConsumer<Counted, Tally>()).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_planners_of_one_group_are_refused() =>
        Assert.Contains("'tally' is registered twice", Assert.Throws<ArgumentException>(
            () => Builder().AddConsumer<Counted, Tally>("ticks").AddKafkaConsumer<Counted, Tally>("tocks")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Options_of_code_go_before_those_of_the_configuration()
    {
        _configuration["EffectivelyOnce:Buckets"] = "4";
        _configuration["EffectivelyOnce:BatchDeadline"] = "00:01:00";
        _services.AddEffectivelyOnce(_configuration, setup => setup.Options = setup.Options with { Buckets = 8 });
        using var provider = _services.BuildServiceProvider();

        var options = provider.GetRequiredService<EffectivelyOnceOptions>();
        Assert.Equal((8, TimeSpan.FromMinutes(1)), (options.Buckets, options.BatchDeadline));
    }

    [Fact]
    public void Options_of_code_are_held_to_the_same_ranges() =>
        Assert.Equal("EffectivelyOnce__Buckets is '0': give a whole number from 1 to 1000.", Assert.Throws<SettingException>(
            () => _services.AddEffectivelyOnce(_configuration, setup => setup.Options = setup.Options with { Buckets = 0 })).Message);

    [Fact]
    public void A_group_has_options_of_its_own_from_the_configuration_and_from_code()
    {
        _configuration["EffectivelyOnce:Consumers:tally:MaxBatchSize"] = "10";
        _configuration["EffectivelyOnce:Consumers:tally:StartsAt"] = "latest";
        KafkaConsumerOptions? seen = null;
        Builder().AddKafkaConsumer<Counted, Tally>(options => seen = options with { BatchWindow = TimeSpan.FromSeconds(2) }, "ticks");

        Assert.Equal((10, GroupStart.Latest, TimeSpan.FromSeconds(2)), (seen!.MaxBatchSize, seen.StartsAt, seen.BatchWindow));
    }

    [Fact]
    public void A_group_whose_batches_may_outlast_its_membership_is_refused() =>
        Assert.StartsWith("EffectivelyOnce__Consumers__tally__MaxPollInterval is '00:01:40'", Assert.Throws<SettingException>(
            () => Builder().AddKafkaConsumer<Counted, Tally>(options => options with { MaxPollInterval = TimeSpan.FromSeconds(100) },
            "ticks")).Message, StringComparison.Ordinal);

    [Fact]
    public void Clients_that_are_handed_in_stand_in_place_of_the_settings()
    {
        var table = new TableServiceClient("UseDevelopmentStorage=true");
        _services.AddEffectivelyOnce(new ConfigurationBuilder().Build(), setup =>
        {
            setup.Tables = [table];
            setup.Kafka = new ClientConfig
            {
                BootstrapServers = "kafka:9093", SecurityProtocol = SecurityProtocol.SaslSsl, SaslMechanism = SaslMechanism.OAuthBearer,
            };
        });
        using var provider = _services.BuildServiceProvider();

        Assert.Same(table, Assert.Single(provider.GetRequiredService<TableAccounts>().Clients));
        var applied = provider.GetRequiredService<KafkaConnection>().Apply(new ConsumerConfig { GroupId = "tally" });
        Assert.Equal(("kafka:9093", SecurityProtocol.SaslSsl, SaslMechanism.OAuthBearer, "tally"),
            (applied.BootstrapServers, applied.SecurityProtocol, applied.SaslMechanism, applied.GroupId));
    }

    [Fact]
    public void A_client_configuration_without_a_broker_is_refused() =>
        Assert.Contains("set BootstrapServers", Assert.Throws<SettingException>(
            () => _services.AddEffectivelyOnce(_configuration, setup => setup.Kafka = new ClientConfig())).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_credential_that_is_handed_in_serves_the_accounts_that_are_named_by_their_address()
    {
        _configuration["Tables"] = null;
        _configuration["Tables:serviceUri"] = "https://acct.table.core.windows.net";
        _services.AddEffectivelyOnce(_configuration, setup => setup.Credential = DelegatedTokenCredential.Create((_, _) => default));
        using var provider = _services.BuildServiceProvider();

        Assert.Equal(["acct"], provider.GetRequiredService<TableAccounts>().Names);
    }

    [Fact]
    public void The_setting_of_the_tables_may_have_another_name()
    {
        _configuration["Tables"] = null;
        var missing = Assert.Throws<SettingException>(
            () => new ServiceCollection().AddEffectivelyOnce(_configuration, setup => setup.TablesSetting = "OrderTables"));
        Assert.StartsWith("OrderTables is not set", missing.Message, StringComparison.Ordinal);
    }

    private EffectivelyOnceBuilder Builder() => _services.AddEffectivelyOnce(_configuration);

    private sealed class Tally : IEventPlanner<Counted>
    {
        public static string Group => "tally";

        public Plan Plan(Counted counted, EventIdentity identity) => new();
    }
}
