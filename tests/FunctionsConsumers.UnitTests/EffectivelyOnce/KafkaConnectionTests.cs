using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class KafkaConnectionTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Without_a_broker_there_is_no_connection() => Assert.Null(Of());

    [Fact]
    public void Without_a_user_the_connection_is_plain()
    {
        var config = Of(("KafkaBrokers", "host:9092"))!.Apply(new ClientConfig());
        Assert.Equal(("host:9092", null, null), (config.BootstrapServers, config.SecurityProtocol, config.SaslUsername));
    }

    [Fact]
    public void Every_client_stays_connected_to_a_broker_that_closes_idle_connections()
    {
        var config = Of(("KafkaBrokers", "host:9092"))!.Apply(new ProducerConfig());
        Assert.Equal((true, 180_000), (config.SocketKeepaliveEnable, config.MetadataMaxAgeMs));
    }

    [Fact]
    public void What_a_client_or_its_caller_has_set_goes_before()
    {
        var given = KafkaConnection.FromClientConfig(new ClientConfig { BootstrapServers = "host:9092", MetadataMaxAgeMs = 60_000 });
        var config = given.Apply(new ConsumerConfig { SocketKeepaliveEnable = false });
        Assert.Equal((false, 60_000), (config.SocketKeepaliveEnable, config.MetadataMaxAgeMs));
    }

    [Theory]
    [InlineData("2000000", 2_000_000)]
    [InlineData(" ", 1_046_528)]
    public void The_largest_request_is_what_the_setting_says_and_else_what_Event_Hubs_takes(string setting, int expected) =>
        Assert.Equal(expected, Of(("KafkaBrokers", "ns.servicebus.windows.net:9093"), ("KafkaMaxRequestBytes", setting))!.MaxRequestBytes);

    [Theory]
    [InlineData("1 MB")]
    [InlineData("100")]
    public void A_wrong_largest_request_is_an_error_with_its_range(string setting)
    {
        var error = Assert.Throws<SettingException>(() => Of(("KafkaBrokers", "host:9092"), ("KafkaMaxRequestBytes", setting)));
        Assert.Equal($"KafkaMaxRequestBytes is '{setting}': give a whole number from 16384 to 1000000000.", error.Message);
    }

    [Fact]
    public void A_user_logs_in_over_TLS_with_the_authority_of_the_file()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = new CertificateRequest("CN=Authority", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(_file, "# any text\n" + authority.ExportCertificatePem());

        var config = Of(("KafkaBrokers", "host:9093"), ("KafkaUsername", "orders"), ("KafkaPassword", "secret"),
            ("KafkaSslCaLocation", _file))!.Apply(new ClientConfig());

        Assert.Equal((SecurityProtocol.SaslSsl, SaslMechanism.Plain), (config.SecurityProtocol, config.SaslMechanism));
        Assert.Equal(("orders", "secret", _file), (config.SaslUsername, config.SaslPassword, config.SslCaLocation));
    }

    [Theory]
    [InlineData("KafkaUsername", "KafkaPassword")]
    [InlineData("KafkaPassword", "KafkaUsername")]
    public void Half_a_login_is_an_error_that_names_the_other_half(string set, string missing)
    {
        var error = Assert.Throws<SettingException>(() => Of(("KafkaBrokers", "host:9093"), (set, "x"), (missing, " ")));
        Assert.StartsWith($"{set} is set and {missing} is not", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void A_file_that_holds_no_authority_is_an_error_that_names_the_setting(string content)
    {
        File.WriteAllText(_file, content);
        Assert.StartsWith($"KafkaSslCaLocation is {_file}, which ", RefusedAuthority(_file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_one_too() =>
        Assert.StartsWith(
            "KafkaSslCaLocation is /no/such.pem, which cannot be read", RefusedAuthority("/no/such.pem"), StringComparison.Ordinal);

    [Fact]
    public void A_folder_of_certificates_is_the_clients_own_to_judge() =>
        Assert.Equal(Path.GetTempPath(), Of(("KafkaBrokers", "host:9093"), ("KafkaSslCaLocation", Path.GetTempPath()))!.SslCaLocation);

    private static string RefusedAuthority(string file) =>
        Assert.Throws<SettingException>(() => Of(("KafkaBrokers", "host:9093"), ("KafkaUsername", "orders"), ("KafkaPassword", "secret"),
            ("KafkaSslCaLocation", file))).Message;

    private static KafkaConnection? Of(params (string Name, string Value)[] settings) => KafkaConnection.FromConfiguration(
        new ConfigurationBuilder().AddInMemoryCollection(
        settings.ToDictionary(setting => setting.Name, string? (setting) => setting.Value)).Build());
}
