using System.Runtime.Versioning;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Mail;
using MimeKit;

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

    private Task<SendResult> SendAsync(byte[] payload, string? folder = null) =>
        new EmlFileSender(new MailSettings { MailFolder = folder ?? _folder })
        .SendAsync(new OutboxMessage(Id, "email", "notification", "124", payload, DateTimeOffset.UnixEpoch), TimeSpan.FromSeconds(1),
            TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_mail_becomes_a_file_named_after_its_message_id()
    {
        var result = await SendAsync(new EmailPayload("a@example.org", "Your order 124", "Hello").ToBytes());

        Assert.Equal(SendResult.Sent, result);
        var file = Assert.Single(Directory.GetFiles(_folder));
        Assert.Equal(Id + ".eml", Path.GetFileName(file));
        var mail = await MimeMessage.LoadAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal($"{Id}@localhost", mail.MessageId);
        Assert.Equal("a@example.org", mail.To.ToString());
        Assert.Equal("Hello", mail.TextBody!.TrimEnd());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Nobody_but_its_owner_can_read_a_mail()
    {
        await SendAsync(new EmailPayload("a@example.org", "Your order 124", "Hello").ToBytes());

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(_folder))));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
    }

    [Fact]
    public void Mails_go_when_they_are_too_old_and_what_others_keep_in_the_folder_stays()
    {
        Directory.CreateDirectory(_folder);
        var old = DateTime.UtcNow - TimeSpan.FromDays(15);
        foreach (var (name, written) in new[] { (Id + ".eml", old), ("f" + Id[1..] + ".eml", DateTime.UtcNow), ("holiday.eml", old),
            ("notes.txt", old), ($".{Id}.{Id}.tmp", old) })
        {
            File.WriteAllText(Path.Combine(_folder, name), "");
            File.SetLastWriteTimeUtc(Path.Combine(_folder, name), written);
        }

        Assert.Equal(2, MailFolder.Forget(_folder, DateTime.UtcNow - TimeSpan.FromDays(14)));

        Assert.Equal(["f" + Id[1..] + ".eml", "holiday.eml", "notes.txt"],
            Directory.GetFiles(_folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused_at_the_start_with_the_settings_name()
    {
        var error = Assert.Throws<SettingException>(() => MailFolder.Check("/dev/null/mail"));

        Assert.StartsWith("MailFolder is /dev/null/mail", error.Message, StringComparison.Ordinal);
        Assert.Contains("SmtpHost", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_cause_is_one_reason_for_all_mails()
    {
        Task<SendResult> Send(string id) => new EmlFileSender(new MailSettings { MailFolder = "/dev/null/mail" }).SendAsync(
            new OutboxMessage(
            id, "email", "notification", "124", new EmailPayload("a@example.org", "s", "t").ToBytes(), DateTimeOffset.UnixEpoch),
            TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        Assert.Equal(await Send(Id), await Send("f" + Id[1..]));
    }

    [Fact]
    public async Task A_second_attempt_writes_the_same_bytes_over_the_same_file()
    {
        var payload = new EmailPayload("a@example.org", "Your order 124", "Hello").ToBytes();
        await SendAsync(payload);
        var first = await File.ReadAllBytesAsync(Directory.GetFiles(_folder)[0], TestContext.Current.CancellationToken);

        Assert.Equal(SendResult.Sent, await SendAsync(payload));

        Assert.Equal(first,
            await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(_folder)), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_means_not_sent_and_is_named()
    {
        Directory.CreateDirectory(_folder);
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var result = await SendAsync(new EmailPayload("a@example.org", "s", "t").ToBytes(), file);

        Assert.Equal(SendStatus.NotSent, result.Status);
        Assert.StartsWith("MailFolder ", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_mail_is_refused()
    {
        Assert.Equal(SendStatus.Refused, (await SendAsync("x"u8.ToArray())).Status);
        Assert.False(Directory.Exists(_folder));
    }
}
