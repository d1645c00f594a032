using System.Diagnostics;
using System.Text.Json;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.UnitTests.LocalHost.Files;

public sealed class RunFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("run-file").FullName;

    private string File => Path.Combine(_folder, "run.json");

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
        using var parent = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 1 & echo $!; exec sleep 60"]) { RedirectStandardOutput = true })!;
        try
        {
            var zombie = int.Parse(parent.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(SpinWait.SpinUntil(() => System.IO.File.ReadAllText($"/proc/{zombie}/stat").Contains(") Z ", StringComparison.Ordinal), TimeSpan.FromSeconds(60)));
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
