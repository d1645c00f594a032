using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.IntegrationTests.Orders.Mail;
using FunctionsConsumers.LocalHost.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers.IntegrationTests.Cli;

/// <summary>Confirmations whose mail server takes the mail and hangs up without an answer: under either policy, to the end.</summary>
[Collection(OrdersOnServices.Collection)]
public sealed partial class FcOutboxTests : IAsyncLifetime
{
    private OrdersOnServices _orders = null!;

    public async ValueTask InitializeAsync() =>
        _orders = await OrdersOnServices.StartAsync(
            """{"commitOnFailure": false, "maxRetries": -1, "sessionTimeoutMs": 2000, "autoCommitIntervalMs": 50}""");

    public ValueTask DisposeAsync() => _orders.DisposeAsync();

    [Fact]
    public async Task Under_Park_a_mail_in_doubt_is_shown_and_waits_until_somebody_has_it_sent_again_or_drops_it()
    {
        await using var server = new ScriptedSmtp { MailsWithoutAnswer = 3 };
        await using var host = await HostAsync(server, "Park");
        await _orders.ProduceAndCommitAsync([Order("first"), Order("second"), Order("third")]);
        List<JsonNode> parked = [];
        await Eventually.TrueAsync(
            async () => (parked = await ListAsync()).Count(message => (string)message["state"]! == "parked") == 3,
            "every mail was taken and is in doubt");

        Assert.Equal(["first", "second", "third"], parked.Select(message => (string)message["subject"]!).Order(StringComparer.Ordinal));
        Assert.All(parked, message =>
        {
            Assert.Equal(("notification", "email"), ((string)message["group"]!, (string)message["kind"]!));
            Assert.StartsWith("in doubt: ", (string)message["detail"]!, StringComparison.Ordinal);
            Assert.InRange((long)message["age_seconds"]!, 0, 600);
        });
        Assert.Empty(await ListAsync("--group billing"));
        var table = await _orders.FcAsync("outbox list");
        Assert.Equal((0, "3 messages, 3 of them parked"), (table.ExitCode, table.Error.Trim()));
        Assert.All(parked, message => Assert.Matches(
            $"notification +{(string)message["id"]!} +email +parked +[0-9]+ (s|min) +{(string)message["subject"]!} +in doubt: ",
            table.Out));
        var audit = await _orders.FcAsync("audit --wait 2 --json");
        Assert.Equal((1, 3), (audit.ExitCode, (int)JsonNode.Parse(audit.Out)!["groups"]![2]!["outbox"]!));

        // One is sent again under its id, by the host.
        var id = Id(parked, "first");
        var resent = await _orders.FcAsync($"outbox resend {id} --json");
        Assert.Equal((0, $$"""[{"id":"{{id}}","group":"notification","outcome":"resent"}]"""), (resent.ExitCode, resent.Out.Trim()));
        await Eventually.TrueAsync(() => server.Mails.Count == 4, "the mail is sent again");
        Assert.Equal(2, MessageIds(server).Count(messageId => messageId.Contains(id, StringComparison.Ordinal)));

        // Whoever drops says so, and an id that is not there is one line.
        id = Id(parked, "second");
        var unsure = await _orders.FcAsync($"outbox drop {id}");
        Assert.Equal(2, unsure.ExitCode);
        Assert.Contains("--yes", Assert.Single(Lines(unsure.Error)), StringComparison.Ordinal);
        var asked = await _orders.FcAsync($"outbox drop {id}", answer: "no");
        Assert.Equal((2, "Drop this message for good? Type yes: fc: nothing was dropped"), (asked.ExitCode, asked.Error.Trim()));
        Assert.Equal(0, (await _orders.FcAsync($"outbox drop {id}", answer: "yes")).ExitCode);
        foreach (var command in (string[])["resend", "drop --yes"])
        {
            var unknown = await _orders.FcAsync($"outbox {command} {id}");
            Assert.Equal((1, ""), (unknown.ExitCode, unknown.Out));
            Assert.Contains($"no outbox has a message {id}", Assert.Single(Lines(unknown.Error)), StringComparison.Ordinal);
        }

        // The rest at once; then nothing is left.
        var rest = await _orders.FcAsync("outbox resend --parked --group notification");
        Assert.Equal(0, rest.ExitCode);
        Assert.StartsWith(Id(parked, "third"), Assert.Single(Lines(rest.Out)), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => server.Mails.Count == 5, "the last mail is sent again");
        audit = await _orders.FcAsync("audit --json");
        Assert.True(audit.ExitCode == 0, audit.ToString());
        Assert.Empty(await ListAsync());
        Assert.Equal(
            (0, "[]"), ((await _orders.FcAsync("outbox resend --parked --json")) is var none ? none.ExitCode : 0, none.Out.Trim()));
    }

    [Fact]
    public async Task Under_Resend_a_mail_in_doubt_is_sent_again_under_its_id_without_anybody()
    {
        await using var server = new ScriptedSmtp { MailsWithoutAnswer = 1 };
        await using var host = await HostAsync(server, "Resend");
        await _orders.ProduceAndCommitAsync([Order("first")]);
        var audit = await _orders.FcAsync("audit --json");
        Assert.True(audit.ExitCode == 0, audit.ToString());
        Assert.Equal(2, server.Mails.Count);
        Assert.Single(MessageIds(server).Distinct());
    }

    private static string Order(string id) => $$"""{"order_id": "{{id}}", "product": "Phone", "email": "{{id}}@example.org"}""";

    private static string Id(IEnumerable<JsonNode> messages, string subject) =>
        (string)messages.Single(message => (string)message["subject"]! == subject)["id"]!;

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> MessageIds(ScriptedSmtp server) => server.Mails.Select(mail => MessageId().Match(mail).Value);

    private Task<LocalFunctionsHost> HostAsync(ScriptedSmtp server, string policy) => _orders.HostAsync(
        typeof(BillingServiceConsumer).Assembly.GetExportedTypes(),
        (services, settings) => services.AddOrdersApp(settings),
        ("SmtpHost", "127.0.0.1"),
        ("SmtpPort", server.Port.ToString(CultureInfo.InvariantCulture)),
        ("EffectivelyOnce__InDoubt", policy));

    private async Task<List<JsonNode>> ListAsync(string options = "")
    {
        var list = await _orders.FcAsync($"outbox list {options} --json");
        Assert.True(list.ExitCode == 0, list.ToString());
        return [.. JsonNode.Parse(list.Out)!.AsArray().Select(message => message!)];
    }

    [GeneratedRegex("^Message-ID: .*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex MessageId();
}
