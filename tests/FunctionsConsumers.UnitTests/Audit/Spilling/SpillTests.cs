using System.Security.Cryptography;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.UnitTests.Audit.Verdicts;

namespace FunctionsConsumers.UnitTests.Audit.Spilling;

public sealed class SpillTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    [Theory]
    [InlineData(0)]
    [InlineData(1024)]
    [InlineData(1_000_000)]
    public void Lists_are_read_back_as_they_were_written_wherever_they_are(long memory)
    {
        using var spill = new Spill(memory, 64, _folder.FullName);
        var lists = Enumerable.Range(0, 9).Select(_ => (Kept: new SpilledEntries(spill), Written: new List<byte>())).ToList();
        var random = new Random(7);
        for (var entry = 0; entry < 2_000; entry++)
        {
            var bytes = RandomNumberGenerator.GetBytes(random.Next(90));
            var (kept, written) = lists[random.Next(lists.Count)];
            kept.Append(bytes);
            written.AddRange(bytes);
        }

        byte[] buffer = [];
        Assert.All(lists, list => Assert.Equal(list.Written, list.Kept.ReadAll(ref buffer).ToArray()));
        Assert.Equal(memory == 1_000_000, spill.OnFile == 0);
    }

    [Fact]
    public void What_is_forgotten_gives_its_place_in_the_file_to_what_comes_next()
    {
        using var spill = new Spill(0, 64, _folder.FullName);
        var first = new SpilledEntries(spill);
        first.Append(new byte[6_400]);
        var size = spill.OnFile;
        first.Clear();
        var second = new SpilledEntries(spill);
        second.Append(new byte[6_400]);

        Assert.Equal((7_296, 7_296), (size, spill.OnFile));
    }

    [Fact]
    public void The_file_has_no_name_so_nothing_is_left_however_the_audit_ends()
    {
        using var spill = new Spill(0, 64, _folder.FullName);
        new SpilledEntries(spill).Append(new byte[1_000]);

        Assert.True(spill.OnFile > 0);
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named_with_the_way_to_name_another()
    {
        var missing = Path.Combine(_folder.FullName, "missing");
        using var spill = new Spill(0, 64, missing);

        var failure = Assert.Throws<AuditException>(() => new SpilledEntries(spill).Append(new byte[1_000]));
        Assert.Contains(missing, failure.Message, StringComparison.Ordinal);
        Assert.Contains("TMPDIR", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void A_disk_that_is_full_is_named_with_the_way_to_name_another()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "the system has no device that is always full");
        using var file = new SpillFile(
            "/the/folder", _ => new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.Write, 0));

        var failure = Assert.Throws<AuditException>(() => file.Write(new byte[64], 0));
        Assert.Contains("in /the/folder (", failure.Message, StringComparison.Ordinal);
        Assert.Contains("TMPDIR", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_audit_that_was_ended_or_failed_leaves_nothing()
    {
        var world = new AuditedWorld("billing");
        world.SendAndApply("a");
        using (var spill = new Spill(0, 32, _folder.FullName))
        {
            Assert.Throws<OperationCanceledException>(() => world.Judge(spill, new CancellationToken(canceled: true)));
            Assert.True(spill.OnFile > 0);
        }

        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
