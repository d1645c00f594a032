using System.Diagnostics;
using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.IntegrationTests.LocalHost.Embedded;

/// <summary>
/// Which of the feed's native libraries a process runs on, seen from outside: by the modules it has loaded while its
/// embedded broker answers. The machine decides by whether it has Kerberos' library; the test puts one there, and takes it away.
/// </summary>
public sealed class NativeLibrdkafkaTests : IDisposable
{
    private const string Kerberos = "libsasl2.so.3";

    private static readonly string[] SystemFolders = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu",
        "/usr/lib64", "/lib64"];

    private readonly string _folder = Directory.CreateTempSubdirectory("native-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void One_library_serves_the_client_and_the_embedded_broker()
    {
        using var cluster = MockCluster.Start();
        using var process = Process.GetCurrentProcess();

        var loaded = process.Modules.Cast<ProcessModule>().Select(module => module.FileName).Where(
            file => file.Contains("librdkafka", StringComparison.Ordinal)).ToList();

        var library = Assert.Single(loaded);
        Assert.Equal(library, NativeLibrdkafka.Among(loaded));
        TestContext.Current.TestOutputHelper?.WriteLine($"figures: the native library here is {Path.GetFileName(library)}");
    }

    [Fact]
    public async Task With_kerberos_the_library_that_needs_it_is_used()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the choice is made on Linux only");
        var older = FindSystemLibrary("libsasl2.so.2") ?? FindSystemLibrary(Kerberos);
        Assert.SkipUnless(older is not null, "no libsasl2 is here to put under the newer name");
        File.CreateSymbolicLink(Path.Combine(_folder, Kerberos), older);

        Assert.Equal("librdkafka.so", await LibraryOfServicesAsync(_folder));
    }

    [Fact]
    public async Task Without_kerberos_the_library_that_does_not_need_it_is_used()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && FindSystemLibrary(Kerberos) is null, "Kerberos is installed here");

        Assert.Equal("centos8-librdkafka.so", await LibraryOfServicesAsync(""));
    }

    private static string? FindSystemLibrary(string name) =>
        SystemFolders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Starts the embedded services in a process of their own and reads which library it has loaded once they answer.</summary>
    private static async Task<string> LibraryOfServicesAsync(string libraryPath)
    {
        await using var fc = new Fc { Settings = { ["LD_LIBRARY_PATH"] = libraryPath } };
        var services = await fc.StartAsync("services", until: "Ctrl-C");
        var maps = await File.ReadAllLinesAsync($"/proc/{services.Process.Id}/maps", TestContext.Current.CancellationToken);
        return Path.GetFileName(Assert.Single(maps
            .Where(line => line.Contains("librdkafka", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..])
            .Distinct(StringComparer.Ordinal)));
    }
}
