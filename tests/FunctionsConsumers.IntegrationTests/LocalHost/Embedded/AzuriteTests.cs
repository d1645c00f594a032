using System.Diagnostics;
using System.Globalization;
using Azure.Data.Tables;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.IntegrationTests.LocalHost.Embedded;

public sealed class AzuriteTests
{
    [Fact]
    public async Task It_answers_at_its_connection_string()
    {
        await using var azurite = await Azurite.StartAsync(TestContext.Current.CancellationToken);
        var endpoint = azurite.ConnectionString.Split(';').Single(part => part.StartsWith("TableEndpoint=",
            StringComparison.Ordinal))["TableEndpoint=".Length..];
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(endpoint + "/Tables"), TestContext.Current.CancellationToken);
        Assert.Contains("Azurite-Table", answer.Headers.GetValues("Server").Single(), StringComparison.Ordinal);
        Assert.False(azurite.Failure.IsCompleted);
    }

    [Fact]
    public async Task Its_own_death_is_reported_in_one_line()
    {
        await using var azurite = await Azurite.StartAsync(TestContext.Current.CancellationToken);
        using (var process = Process.GetProcessById(azurite.ProcessId))
        {
            process.Kill();
        }

        var line = await Eventually.DoneAsync(azurite.Failure, "the report");
        Assert.StartsWith("Azurite, the embedded table service, ended by itself with exit code 137", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public async Task Its_address_is_known_before_it_is_loaded_and_is_the_one_at_which_it_answers()
    {
        await using var azurite = Azurite.Launch();
        await azurite.UntilAddressedAsync(TestContext.Current.CancellationToken);
        var early = azurite.ConnectionString;
        await azurite.UntilReadyAsync(TestContext.Current.CancellationToken);
        await new TableServiceClient(early).CreateTableAsync("orders", TestContext.Current.CancellationToken);
        Assert.Equal(early, azurite.ConnectionString);
    }

    [Fact]
    public async Task Its_death_while_it_loads_is_told_to_whoever_waits_for_it()
    {
        await using var azurite = Azurite.Launch();
        await azurite.UntilAddressedAsync(TestContext.Current.CancellationToken);
        using (var process = Process.GetProcessById(azurite.ProcessId))
        {
            process.Kill();
        }

        var failure = await Assert.ThrowsAsync<LocalHostException>(() => azurite.UntilReadyAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("Azurite, the embedded table service, ended by itself with exit code 137", failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_gone_when_it_has_been_disposed_of_and_that_is_no_failure()
    {
        int id;
        Task<string> failure;
        await using (var azurite = await Azurite.StartAsync(TestContext.Current.CancellationToken))
        {
            (id, failure) = (azurite.ProcessId, azurite.Failure);
        }

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(id));
        Assert.False(failure.IsCompleted);
    }

    [Fact]
    public async Task Ctrl_C_and_SIGTERM_that_reach_the_whole_group_leave_it_to_its_parent()
    {
        await using var azurite = await Azurite.StartAsync(TestContext.Current.CancellationToken);
        foreach (var signal in new[] { "-INT", "-TERM", "-HUP" })
        {
            using var kill = Process.Start("kill", [signal, azurite.ProcessId.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var endpoint = azurite.ConnectionString.Split(';').Single(part => part.StartsWith("TableEndpoint=",
            StringComparison.Ordinal))["TableEndpoint=".Length..];
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(endpoint + "/Tables"), TestContext.Current.CancellationToken);
        Assert.False(azurite.Failure.IsCompleted);
    }

    [Fact]
    public async Task It_does_not_outlive_a_parent_that_is_killed()
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(AzuriteTests).Assembly.Location])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[AzuriteHolder.Variable] = "1";
        using var parent = Process.Start(start)!;
        try
        {
            var line = await Eventually.DoneAsync(
                parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask(), "the child's id");
            Assert.True(int.TryParse(line, CultureInfo.InvariantCulture, out var id), $"The parent said: {line}");
            Assert.True(Directory.Exists($"/proc/{id}"));
            parent.Kill();
            await parent.WaitForExitAsync(TestContext.Current.CancellationToken);
            await Eventually.TrueAsync(() => !Runs(id), $"the end of process {id}");
        }
        finally
        {
            if (!parent.HasExited)
            {
                parent.Kill();
            }
        }
    }

    /// <summary>
    /// A process that has ended stays listed until its parent, by now the first process of the machine, has asked for its
    /// end.
    /// </summary>
    private static bool Runs(int id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
