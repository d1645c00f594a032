using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Hosting;

namespace FunctionsConsumers.UnitTests.LocalHost.Hosting;

public sealed class SettingsReviewTests : IDisposable
{
    private const string Account = "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net";

    private readonly string _folder = Directory.CreateTempSubdirectory("settings-review").FullName;
    private readonly Dictionary<string, string> _environment = [];

    public SettingsReviewTests() => HostJsonIs("""{"extensions": {"kafka": {"commitOnFailure": false, "maxBatchSize": 500}}}""");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_any_setting_everything_is_a_default_and_nothing_is_wrong()
    {
        File.Delete(Path.Combine(_folder, "host.json"));
        HostJsonIs("{}");

        var report = Review();

        Assert.True(report.Ok);
        Assert.All(report.Settings, setting => Assert.Equal("default", setting.Source));
        Assert.Equal(("embedded", "16"), (Value(report, "KafkaBrokers"), Value(report, "EffectivelyOnce__Buckets")));
    }

    [Fact]
    public void Each_setting_is_shown_with_the_place_where_it_was_said()
    {
        File.WriteAllText(
            Path.Combine(_folder, "local.settings.json"),
            """{"Values": {"MailFrom": "shop@example.org", "EffectivelyOnce__Retention": "2.00:00:00"}}""");
        _environment["EffectivelyOnce__Buckets"] = "4";
        _environment["AzureFunctionsJobHost__extensions__kafka__maxBatchSize"] = "64";

        var report = Review(new TargetOptions(Brokers: "option:1"));

        Assert.Equal(("option:1", "--brokers"), Of(report, "KafkaBrokers"));
        Assert.Equal(("4", "the environment"), Of(report, "EffectivelyOnce__Buckets"));
        Assert.Equal(("2.00:00:00", "local.settings.json"), Of(report, "EffectivelyOnce__Retention"));
        Assert.Equal(("shop@example.org", "local.settings.json"), Of(report, "MailFrom"));
        Assert.Equal(("64", "the environment"), Of(report, "extensions.kafka.maxBatchSize"));
        Assert.Equal(("false", "host.json"), Of(report, "extensions.kafka.commitOnFailure"));
        Assert.Equal(("300000", "default"), Of(report, "extensions.kafka.maxPollIntervalMs"));
    }

    [Fact]
    public void Services_of_a_running_process_are_shown_as_such()
    {
        var run = new RunFile(71, "order-events", "run:1", Account, null);

        var report = SettingsReview.Of(new TargetOptions(), _environment, run, _folder);

        Assert.Equal(("run:1", "process 71 on this machine"), Of(report, "KafkaBrokers"));
        Assert.Equal("https://shop.table.core.windows.net/", Value(report, "OrderTables"));
    }

    [Theory]
    [InlineData("OrderTables", Account)]
    [InlineData("OrderTables", "c2VjcmV0")]
    [InlineData("OrderTables__0", Account)]
    [InlineData("KafkaPassword", "c2VjcmV0")]
    [InlineData("KafkaTokenClientSecret", "c2VjcmV0")]
    [InlineData("KafkaDeadLetters__billing__Password", "c2VjcmV0")]
    [InlineData("KafkaPasword", "c2VjcmV0")]
    [InlineData("SmtpPassword", "c2VjcmV0")]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=c2VjcmV0")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "https://me:c2VjcmV0@collector:4317")]
    public void No_secret_is_shown(string name, string value)
    {
        _environment[name] = value;

        var report = Review();

        Assert.DoesNotContain(report.Settings, setting => setting.Value?.Contains("c2VjcmV0", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(report.Problems, problem => problem.Detail.Contains("c2VjcmV0", StringComparison.Ordinal));
    }

    [Fact]
    public void All_names_that_nobody_reads_are_named_each_with_the_nearest_that_somebody_does()
    {
        HostJsonIs("""{"extensions": {"kafka": {"maxBatchSise": 500}}}""");
        _environment["KafkaBroker"] = "b:1";
        _environment["EffectivelyOnce__Bukets"] = "4";

        var report = Review();

        Assert.False(report.Ok);
        Assert.Equal(
            [
                ("EffectivelyOnce__Bukets", "EffectivelyOnce__Buckets"), ("KafkaBroker", "KafkaBrokers"),
                ("extensions.kafka.maxBatchSise", "maxBatchSize"),
            ],
            report.Problems.Select(problem => (problem.Setting, problem.Nearest)));
    }

    [Fact]
    public void All_values_that_are_wrong_are_named_at_once()
    {
        _environment["EffectivelyOnce__Buckets"] = "0";
        _environment["EffectivelyOnce__InDoubt"] = "maybe";
        _environment["SmtpPort"] = "x";
        _environment["KafkaBrokers"] = "b:1";
        _environment["KafkaUsername"] = "u";
        _environment["OrderTables"] = "nonsense";

        var problems = Review().Problems;

        Assert.All(
            ["EffectivelyOnce__Buckets is '0'", "EffectivelyOnce__InDoubt is 'maybe'", "SmtpPort is", "KafkaUsername is set",
                "OrderTables"],
            named => Assert.Contains(problems, problem => problem.Detail.StartsWith(named, StringComparison.Ordinal)));
        Assert.Equal(5, problems.Count);
    }

    [Fact]
    public void A_deadline_that_is_no_shorter_than_the_hosts_patience_is_wrong()
    {
        HostJsonIs("""{"extensions": {"kafka": {"maxPollIntervalMs": 60000}}}""");

        Assert.Contains("maxPollIntervalMs", Assert.Single(Review().Problems).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_json_that_cannot_be_read_is_wrong_and_the_other_settings_are_shown()
    {
        HostJsonIs("{");

        var report = Review();

        Assert.Contains("is no JSON", Assert.Single(report.Problems).Detail, StringComparison.Ordinal);
        Assert.Equal("order-events", Value(report, "OrdersTopic"));
    }

    private SettingsReport Review(TargetOptions? options = null) =>
        SettingsReview.Of(options ?? new TargetOptions(), _environment, null, _folder);

    private static (string? Value, string Source) Of(SettingsReport report, string name)
    {
        var setting = Assert.Single(report.Settings, setting => setting.Name == name);
        return (setting.Value, setting.Source);
    }

    private static string? Value(SettingsReport report, string name) => Of(report, name).Value;

    private void HostJsonIs(string text) => File.WriteAllText(Path.Combine(_folder, "host.json"), text);
}
