using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Mail;

namespace FunctionsConsumers.UnitTests.Orders.Mail;

public sealed class EmlFileSenderTests : IDisposable
{
    private const string Id = "0123456789abcdef0123456789abcdef";
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "mail-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private Task<SendResult> SendAsync(byte[] payload, string? folder = null) => new EmlFileSender(new MailSettings { MailFolder = folder ?? _folder })
        .SendAsync(new OutboxMessage(Id, "email", "notification", "124", payload, DateTimeOffset.UnixEpoch), TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_mail_becomes_a_file_named_after_its_message_id()
    {
        var result = await SendAsync(new EmailPayload("a@example.org", "Your order 124", "Hello").ToBytes());

        Assert.Equal(SendResult.Sent, result);
        var file = Assert.Single(Directory.GetFiles(_folder));
        Assert.Equal(Id + ".eml", Path.GetFileName(file));
        var mail = ParsedMail.Parse(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal($"<{Id}@localhost>", mail["Message-ID"]);
        Assert.Equal("a@example.org", mail["To"]);
        Assert.Equal("Hello\r\n", mail.Body);
    }

    [Fact]
    public async Task A_second_attempt_writes_the_same_bytes_over_the_same_file()
    {
        var payload = new EmailPayload("a@example.org", "Your order 124", "Hello").ToBytes();
        await SendAsync(payload);
        var first = await File.ReadAllBytesAsync(Directory.GetFiles(_folder)[0], TestContext.Current.CancellationToken);

        Assert.Equal(SendResult.Sent, await SendAsync(payload));

        Assert.Equal(first, await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(_folder)), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_means_not_sent_and_is_named()
    {
        Directory.CreateDirectory(_folder);
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var result = await SendAsync(new EmailPayload("a@example.org", "s", "t").ToBytes(), file);

        Assert.Equal(SendStatus.NotSent, result.Status);
        Assert.StartsWith("MailFolder: ", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_mail_is_refused()
    {
        Assert.Equal(SendStatus.Refused, (await SendAsync("x"u8.ToArray())).Status);
        Assert.False(Directory.Exists(_folder));
    }
}
