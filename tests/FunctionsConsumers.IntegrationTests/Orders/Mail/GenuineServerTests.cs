using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Mail;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using GenuineServer = SmtpServer.SmtpServer;

namespace FunctionsConsumers.IntegrationTests.Orders.Mail;

/// <summary>The sender against a mail server that others wrote.</summary>
public sealed class GenuineServerTests
{
    [Fact]
    public async Task Four_hundred_mails_reach_a_genuine_server_once_each_by_eight_connections()
    {
        const int atOnce = 8;
        const int each = 50;
        var token = TestContext.Current.CancellationToken;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var store = new Mailbox();
        var services = new ServiceProvider();
        services.Add(store);
        var port = FreePort();
        var server = new GenuineServer(new SmtpServerOptionsBuilder().ServerName("localhost").Port(port).Build(), services);
        var sessions = 0;
        server.SessionCreated += (_, _) => Interlocked.Increment(ref sessions);
        var running = server.StartAsync(stop.Token);
        using (var sender = new SmtpSender(new MailSettings { SmtpHost = "127.0.0.1", SmtpPort = port }, TimeProvider.System))
        {
            var results = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async lane =>
            {
                var sent = new List<SendResult>();
                for (var i = 0; i < each; i++)
                {
                    sent.Add(await sender.SendAsync(Message((lane * each) + i), TimeSpan.FromSeconds(60), token));
                }

                return sent;
            }));
            Assert.All(results.SelectMany(sent => sent), result => Assert.Equal(SendResult.Sent, result));
        }

        Assert.Equal(atOnce * each, store.Mails.Count);
        Assert.Equal(atOnce * each, store.Mails.Select(IdOf).Distinct().Count());
        Assert.InRange(sessions, 1, atOnce);
        await stop.CancelAsync();
        await Task.WhenAny(running);
    }

    private static OutboxMessage Message(int number) => new(
        number.ToString("x32", CultureInfo.InvariantCulture), "email", "notification", "124",
        new EmailPayload("a@example.org", "Your order Größe", "Grüße\n.\nend\n").ToBytes(), DateTimeOffset.UnixEpoch);

    private static string IdOf(string mail) =>
        mail.Split('\n').First(line => line.StartsWith("Message-Id:", StringComparison.OrdinalIgnoreCase));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Mailbox : MessageStore
    {
        public ConcurrentQueue<string> Mails { get; } = [];

        public override Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            Mails.Enqueue(Encoding.ASCII.GetString(buffer));
            return Task.FromResult(SmtpResponse.Ok);
        }
    }
}
