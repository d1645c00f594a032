using System.Net;
using System.Net.Sockets;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Mail;

namespace FunctionsConsumers.IntegrationTests.Orders.Mail;

public sealed class SmtpSenderTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static Task<SendResult> SendAsync(MailSettings settings, string subject = "Your order 124", string text = "Hello\n", TimeSpan? timeout = null) =>
        new SmtpSender(settings, TimeProvider.System).SendAsync(
            new OutboxMessage(Id, "email", "notification", "124", new EmailPayload("a@example.org", subject, text).ToBytes(), DateTimeOffset.UnixEpoch),
            timeout ?? Long,
            TestContext.Current.CancellationToken);

    private static MailSettings To(SmtpServer server) => new() { SmtpHost = "127.0.0.1", SmtpPort = server.Port, MailFrom = new("The Shop <orders@shop.example>") };

    private static async Task<SendResult> SendAsync(params (string Command, string? Reply)[] script)
    {
        await using var server = new SmtpServer(script);
        return await SendAsync(To(server));
    }

    [Fact]
    public async Task A_mail_arrives_once_with_its_message_id()
    {
        await using var server = new SmtpServer();

        Assert.Equal(SendResult.Sent, await SendAsync(To(server), "Your order Größe", "Grüße\n.\nend\n"));

        var mail = Assert.Single(server.Mails);
        Assert.Contains($"Message-ID: <{Id}@shop.example>\r\n", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("To: a@example.org\r\n", mail, StringComparison.Ordinal);
        Assert.Contains("orders@shop.example", mail, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated\r\n", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Subject: =?utf-8?", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Content-Transfer-Encoding: quoted-printable\r\n", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Gr=C3=BC=C3=9Fe", mail, StringComparison.Ordinal);
        Assert.Contains(server.Commands, command => command.StartsWith("MAIL FROM:<orders@shop.example>", StringComparison.Ordinal));
        Assert.Contains("RCPT TO:<a@example.org>", server.Commands);
    }

    [Theory]
    [InlineData("CONNECT", "554 no")]
    [InlineData("MAIL", "553 not you")]
    [InlineData("RCPT", "550 nobody here")]
    [InlineData("DATA", "554 no")]
    [InlineData(".", "554 smells of spam")]
    public async Task A_definite_no_at_any_step_is_a_refusal(string command, string reply)
    {
        var result = await SendAsync((command, reply));

        Assert.Equal(SendStatus.Refused, result.Status);
        Assert.Contains("SmtpHost 127.0.0.1:", result.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Detail!);
    }

    [Theory]
    [InlineData("CONNECT", "421 later")]
    [InlineData("MAIL", "451 later")]
    [InlineData("RCPT", "450 greylisted")]
    [InlineData("DATA", "451 later")]
    [InlineData(".", "452 disk full")]
    [InlineData("MAIL", "530 authentication required")]
    public async Task A_no_for_now_at_any_step_is_not_sent(string command, string reply) =>
        Assert.Equal(SendStatus.NotSent, (await SendAsync((command, reply))).Status);

    [Fact]
    public async Task A_server_that_hangs_up_after_the_mail_leaves_its_outcome_unknown() =>
        Assert.Equal(SendStatus.Unknown, (await SendAsync((".", null))).Status);

    [Fact]
    public async Task A_server_that_falls_silent_after_the_mail_leaves_its_outcome_unknown_in_time()
    {
        await using var server = new SmtpServer((".", ""));

        var result = await SendAsync(To(server), timeout: TimeSpan.FromSeconds(2)).WaitAsync(Long, TestContext.Current.CancellationToken);

        Assert.Equal(SendStatus.Unknown, result.Status);
        Assert.Single(server.Mails);
    }

    [Fact]
    public async Task A_server_that_never_greets_is_given_up_in_time()
    {
        await using var server = new SmtpServer(("CONNECT", ""));

        var result = await SendAsync(To(server), timeout: TimeSpan.FromMilliseconds(300)).WaitAsync(Long, TestContext.Current.CancellationToken);

        Assert.Equal(SendStatus.Unknown, result.Status);
        Assert.Contains("did not answer", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_was_sent()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var result = await SendAsync(new MailSettings { SmtpHost = "127.0.0.1", SmtpPort = port });

        Assert.Equal(SendStatus.NotSent, result.Status);
        Assert.Contains("check SmtpHost and SmtpPort", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_starttls_gets_neither_mail_nor_password()
    {
        await using var server = new SmtpServer();

        var result = await SendAsync(To(server) with { SmtpTls = true, SmtpUsername = "u", SmtpPassword = "p" });

        Assert.Equal(SendStatus.NotSent, result.Status);
        Assert.Contains("SmtpTls", result.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Commands, command => command.StartsWith("AUTH", StringComparison.Ordinal) || command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_login_that_is_refused_is_no_refusal_of_the_mail()
    {
        await using var server = new SmtpServer(("EHLO", "250-test\r\n250 AUTH LOGIN"), ("AUTH", "535 no"), ("MAIL", "530 authentication required"));

        var result = await SendAsync(To(server) with { SmtpUsername = "u", SmtpPassword = "p" });

        Assert.Equal(SendStatus.NotSent, result.Status);
        Assert.Contains("SmtpPassword", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_mails_at_once_each_arrive()
    {
        await using var server = new SmtpServer();
        var settings = To(server);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(settings)));

        Assert.All(results, result => Assert.Equal(SendResult.Sent, result));
        Assert.Equal(20, server.Mails.Count);
    }
}
