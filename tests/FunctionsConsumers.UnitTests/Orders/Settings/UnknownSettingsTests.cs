using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Settings;

namespace FunctionsConsumers.UnitTests.Orders.Settings;

public sealed class UnknownSettingsTests
{
    [Theory]
    [InlineData("KafkaBroker", "KafkaBrokers")]
    [InlineData("kafkabroker", "KafkaBrokers")]
    [InlineData("KafkaUser", "KafkaUsername")]
    [InlineData("KafkaPasword", "KafkaPassword")]
    [InlineData("KafkaMaxRequestByte", "KafkaMaxRequestBytes")]
    [InlineData("KafkaBrokers__0", "KafkaBrokers")]
    [InlineData("EffectivelyOnce__Bukets", "EffectivelyOnce__Buckets")]
    [InlineData("EffectivelyOnce:Bukets", "EffectivelyOnce__Buckets")]
    [InlineData("effectivelyonce__retentions", "EffectivelyOnce__Retention")]
    [InlineData("EffectivlyOnce__Buckets", "EffectivelyOnce__Buckets")]
    [InlineData("EffectivelyOnce_Buckets", "EffectivelyOnce__Buckets")]
    [InlineData("EffectivelyOnceBuckets", "EffectivelyOnce__Buckets")]
    [InlineData("EffectivelyOnce__Consumers__billing__MaxBatchSize", null)]
    [InlineData("OrderTable", "OrderTables")]
    [InlineData("OrdersTables", "OrderTables")]
    [InlineData("OrderTables__serviceUrl", "OrderTables__serviceUri")]
    [InlineData("OrderTables__0__clientID2", null)]
    [InlineData("OrderTopic", "OrdersTopic")]
    [InlineData("SmtpSever", null)]
    [InlineData("SmtpPassord", "SmtpPassword")]
    [InlineData("MailForm", "MailFrom")]
    [InlineData("MailFolders", "MailFolder")]
    [InlineData("KafkaDeadLetters__biling__Password", "KafkaDeadLetters__billing__Password")]
    public void A_name_that_looks_like_ours_and_is_none_is_refused_with_the_nearest_one(string name, string? meant)
    {
        var error = Assert.Throws<SettingException>(() => UnknownSettings.Refuse([name]));

        Assert.StartsWith(name.Replace(":", "__", StringComparison.Ordinal) + " is a setting that nobody reads", error.Message,
            StringComparison.Ordinal);
        if (meant is not null)
        {
            Assert.Contains($"did you mean {meant}?", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("AzureWebJobsStorage")]
    [InlineData("AzureWebJobsStorage__accountName")]
    [InlineData("AzureWebJobs.BillingServiceConsumer.Disabled")]
    [InlineData("AzureFunctionsJobHost__extensions__kafka__autoOffsetReset")]
    [InlineData("FUNCTIONS_WORKER_RUNTIME")]
    [InlineData("WEBSITE_INSTANCE_ID")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING")]
    [InlineData("KAFKA_HOME")]
    [InlineData("KAFKA_BROKERS")]
    [InlineData("KAFKA_PORT_9092_TCP")]
    [InlineData("MAIL")]
    [InlineData("MAILTO")]
    [InlineData("MAILCHECK")]
    [InlineData("FC_HOME")]
    [InlineData("AZURITE_HOME")]
    [InlineData("Logging__LogLevel__Default")]
    [InlineData("ORDERS_URL")]
    [InlineData("Tables")]
    public void Names_of_others_are_none_of_our_business(string name) => UnknownSettings.Refuse([name]);

    [Theory]
    [InlineData("KafkaBrokers")]
    [InlineData("KAFKABROKERS")]
    [InlineData("KafkaTokenScope")]
    [InlineData("KafkaSecurity")]
    [InlineData("KafkaDeadLetters__billing__Password")]
    [InlineData("OrdersTopic")]
    [InlineData("OrderTables")]
    [InlineData("OrderTables__serviceUri")]
    [InlineData("OrderTables__0")]
    [InlineData("OrderTables__12__clientId")]
    [InlineData("EffectivelyOnce__SendsAtOnce")]
    [InlineData("EffectivelyOnce:Buckets")]
    [InlineData("SmtpHost")]
    [InlineData("MailRetention")]
    public void Every_setting_of_ours_is_taken(string name) => UnknownSettings.Refuse([name]);
}
