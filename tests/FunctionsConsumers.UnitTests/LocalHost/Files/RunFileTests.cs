using System.Diagnostics;
using System.Text.Json;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.UnitTests.LocalHost.Files;

public sealed class RunFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("run-file").FullName;

    private string File => Path.Combine(_folder, "run.json");

    private string Lock => Path.Combine(_folder, "run.lock");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_file_has_the_contracts_shape()
    {
        Save(Run(7) with { Http = "http://127.0.0.1:5" });
        Assert.Equal(
            """{"pid":7,"topic":"order-events","brokers":"127.0.0.1:1","tables":"AccountName=a","http":"http://127.0.0.1:5"}""",
            System.IO.File.ReadAllText(File));
        Save(Run(7));
        Assert.EndsWith("\"http\":null}", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_file_of_a_running_process_is_found()
    {
        Save(Run(Environment.ProcessId));
        Assert.Equal(Run(Environment.ProcessId), RunFile.Find(File));
    }

    [Fact]
    public void A_file_of_a_process_that_is_gone_is_not()
    {
        using var gone = Process.Start("sleep", "0");
        gone.WaitForExit();
        Save(Run(gone.Id));
        Assert.Null(RunFile.Find(File));
    }

    [Fact]
    public void A_file_of_a_killed_process_that_nobody_has_waited_for_is_not()
    {
        // The child ends after the shell has become another program, which never asks for its children's end.
        using var parent = Process.Start(
            new ProcessStartInfo("sh", ["-c", "sleep 1 & echo $!; exec sleep 60"]) { RedirectStandardOutput = true })!;
        try
        {
            var zombie = int.Parse(parent.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(SpinWait.SpinUntil(() => System.IO.File.ReadAllText($"/proc/{zombie}/stat").Contains(") Z ",
                StringComparison.Ordinal), TimeSpan.FromSeconds(60)));
            Save(Run(zombie));
            Assert.Null(RunFile.Find(File));
        }
        finally
        {
            parent.Kill();
        }
    }

    [Fact]
    public void A_file_older_than_the_process_that_has_its_id_now_is_not()
    {
        using var other = Process.Start("sleep", "60");
        try
        {
            Save(Run(other.Id));
            Assert.NotNull(RunFile.Find(File));
            System.IO.File.SetLastWriteTimeUtc(File, DateTime.UtcNow.AddMinutes(-1));
            Assert.Null(RunFile.Find(File));
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public void A_file_of_a_holder_of_the_lock_is_found_while_it_holds_it()
    {
        using (RunLock.TryTake(Lock))
        {
            Save(Run(Environment.ProcessId));
            Assert.NotNull(RunFile.Find(File));
        }
    }

    [Fact]
    public void A_file_with_the_id_of_this_process_that_a_dead_one_wrote_is_not_found()
    {
        // A container that is started again has the process id that it had before, within the second if it has to be.
        System.IO.File.WriteAllText(File, JsonSerializer.Serialize(Run(Environment.ProcessId), LocalFileJson.Default.RunFile));
        System.IO.File.WriteAllText(Lock, Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Null(RunFile.Find(File));
        Assert.NotNull(RunLock.TryTake(Lock));
    }

    [Fact]
    public void A_file_older_than_this_process_is_not_its_own_whatever_id_it_gives()
    {
        System.IO.File.WriteAllText(File, JsonSerializer.Serialize(Run(Environment.ProcessId), LocalFileJson.Default.RunFile));
        System.IO.File.SetLastWriteTimeUtc(File, Process.GetCurrentProcess().StartTime.ToUniversalTime().AddSeconds(-2));
        Assert.Null(RunFile.Find(File));
    }

    [Fact]
    public void One_of_many_takes_the_lock_and_the_next_when_it_lets_go()
    {
        var taken = Enumerable.Range(0, 20).AsParallel().WithDegreeOfParallelism(8).Select(_ => RunLock.TryTake(Lock)).Where(
            held => held is not null).ToList();
        Assert.Single(taken)!.Dispose();
        using var next = RunLock.TryTake(Lock);
        Assert.NotNull(next);
    }

    [Fact]
    public void A_lock_that_its_holder_let_go_says_nothing_of_a_file_that_another_wrote()
    {
        RunLock.TryTake(Lock)!.Dispose();
        Save(Run(Environment.ProcessId));
        Assert.NotNull(RunFile.Find(File));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"pid\":")]
    [InlineData("{}")]
    [InlineData("[]")]
    public void A_stray_file_is_as_good_as_absent(string text)
    {
        System.IO.File.WriteAllText(File, text);
        Assert.Null(RunFile.Find(File));
    }

    [Fact]
    public void An_absent_file_is_no_error() => Assert.Null(RunFile.Find(File));

    private static RunFile Run(int pid) => new(pid, "order-events", "127.0.0.1:1", "AccountName=a", null);

    private void Save(RunFile run) => LocalFile.Write(File, run, LocalFileJson.Default.RunFile);
}
