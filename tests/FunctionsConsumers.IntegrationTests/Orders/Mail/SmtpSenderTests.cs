using System.Net;
using System.Net.Sockets;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Mail;

namespace FunctionsConsumers.IntegrationTests.Orders.Mail;

public sealed class SmtpSenderTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static async Task<SendResult> SendAsync(
        MailSettings settings, string subject = "Your order 124", string text = "Hello\n", TimeSpan? timeout = null)
    {
        using var sender = new SmtpSender(settings, TimeProvider.System);
        return await SendAsync(sender, subject, text, timeout);
    }

    private static Task<SendResult> SendAsync(
        SmtpSender sender, string subject = "Your order 124", string text = "Hello\n", TimeSpan? timeout = null)
    {
        var payload = new EmailPayload("a@example.org", subject, text).ToBytes();
        var message = new OutboxMessage(Id, "email", "notification", "124", payload, DateTimeOffset.UnixEpoch);
        return sender.SendAsync(message, timeout ?? Long, TestContext.Current.CancellationToken);
    }

    private static MailSettings To(ScriptedSmtp server) =>
        new() { SmtpHost = "127.0.0.1", SmtpPort = server.Port, MailFrom = new("The Shop", "orders@shop.example") };

    private static async Task<SendResult> SendAsync(params (string Command, string? Reply)[] script)
    {
        await using var server = new ScriptedSmtp(script);
        return await SendAsync(To(server));
    }

    [Fact]
    public async Task A_mail_arrives_once_with_its_message_id()
    {
        await using var server = new ScriptedSmtp();

        Assert.Equal(SendResult.Sent, await SendAsync(To(server), "Your order Größe", "Grüße\n.\nend\n"));

        var mail = Assert.Single(server.Mails);
        Assert.Contains($"Message-ID: <{Id}@shop.example>\r\n", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("To: a@example.org\r\n", mail, StringComparison.Ordinal);
        Assert.Contains("orders@shop.example", mail, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated\r\n", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Subject: Your order =?", mail, StringComparison.OrdinalIgnoreCase);
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
        await using var server = new ScriptedSmtp((".", ""));

        var result = await SendAsync(To(server), timeout: TimeSpan.FromSeconds(2)).WaitAsync(Long, TestContext.Current.CancellationToken);

        Assert.Equal(SendStatus.Unknown, result.Status);
        Assert.Single(server.Mails);
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("EHLO")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    public async Task A_server_that_falls_silent_before_it_asks_for_the_mails_text_has_certainly_not_taken_it(string command)
    {
        await using var server = new ScriptedSmtp((command, ""));

        var result = await SendAsync(To(server), timeout: TimeSpan.FromMilliseconds(500))
            .WaitAsync(Long, TestContext.Current.CancellationToken);

        Assert.Equal(SendStatus.NotSent, result.Status);
        Assert.Contains("did not answer", result.Detail, StringComparison.Ordinal);
        Assert.Empty(server.Mails);
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("EHLO")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    public async Task A_server_that_hangs_up_before_it_asks_for_the_mails_text_has_certainly_not_taken_it(string command) =>
        Assert.Equal(SendStatus.NotSent, (await SendAsync((command, null))).Status);

    [Fact]
    public async Task Mails_that_wait_for_a_server_that_is_away_get_its_answer_and_do_not_ask_it_each()
    {
        await using var server = new ScriptedSmtp(("CONNECT", "421 later"));
        using var sender = new SmtpSender(To(server), TimeProvider.System);
        var first = await SendAsync(sender);

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(first, await SendAsync(sender));
        }

        Assert.InRange(server.Connections, 1, 3);
    }

    [Fact]
    public async Task Many_mails_leave_by_one_connection()
    {
        await using var server = new ScriptedSmtp();
        using var sender = new SmtpSender(To(server), TimeProvider.System);

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(SendResult.Sent, await SendAsync(sender));
        }

        Assert.Equal(50, server.Mails.Count);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_server_that_hangs_up_on_a_kept_connection_costs_no_mail_and_no_doubt()
    {
        await using var server = new ScriptedSmtp { MailsOfAConnection = 3 };
        using var sender = new SmtpSender(To(server), TimeProvider.System);

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(SendResult.Sent, await SendAsync(sender));
        }

        Assert.Equal(10, server.Mails.Count);
    }

    [Fact]
    public async Task A_refused_recipient_does_not_end_the_connection()
    {
        await using var server = new ScriptedSmtp(("RCPT", "550 nobody here"));
        using var sender = new SmtpSender(To(server), TimeProvider.System);

        Assert.Equal([SendStatus.Refused, SendStatus.Refused], [(await SendAsync(sender)).Status, (await SendAsync(sender)).Status]);

        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task What_is_wrong_with_a_server_is_known_before_a_mail_waits_for_it()
    {
        await using var good = new ScriptedSmtp();
        await using var bad = new ScriptedSmtp(("EHLO", "250-test\r\n250 AUTH LOGIN"), ("AUTH", "535 no"));
        using var toGood = new SmtpSender(To(good), TimeProvider.System);
        using var toBad = new SmtpSender(To(bad) with { SmtpUsername = "u", SmtpPassword = "p" }, TimeProvider.System);

        Assert.Null(await toGood.CheckAsync(TestContext.Current.CancellationToken));
        Assert.Contains("SmtpPassword", await toBad.CheckAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(good.Mails);
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
        await using var server = new ScriptedSmtp();

        var result = await SendAsync(To(server) with { SmtpTls = true, SmtpUsername = "u", SmtpPassword = "p" });

        Assert.Equal(SendStatus.NotSent, result.Status);
        Assert.Contains("SmtpTls", result.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Commands, command =>
            command.StartsWith("AUTH", StringComparison.Ordinal) || command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_login_that_is_refused_is_no_refusal_of_the_mail()
    {
        await using var server = new ScriptedSmtp(
            ("EHLO", "250-test\r\n250 AUTH LOGIN"), ("AUTH", "535 no"), ("MAIL", "530 authentication required"));

        var result = await SendAsync(To(server) with { SmtpUsername = "u", SmtpPassword = "p" });

        Assert.Equal(SendStatus.NotSent, result.Status);
        Assert.Contains("SmtpPassword", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_mails_at_once_each_arrive()
    {
        await using var server = new ScriptedSmtp();
        var settings = To(server);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(settings)));

        Assert.All(results, result => Assert.Equal(SendResult.Sent, result));
        Assert.Equal(20, server.Mails.Count);
    }
}
