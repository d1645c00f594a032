using System.Runtime.Versioning;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.UnitTests.LocalHost.Files;

public sealed class LocalFileTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("local").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private static void Write(string path) =>
        LocalFile.Write(path, new RunFile(1, "t", "b", "AccountKey=k", null), LocalFileJson.Default.RunFile);

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void What_opens_the_tables_is_its_owners_alone_also_where_an_earlier_version_left_it_open()
    {
        var path = Path.Combine(_home, ".local", "run.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "{}");

        Write(path);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_is_named_in_one_line()
    {
        var path = Path.Combine(_home, ".local", "run.json");
        Directory.CreateDirectory(path);

        var error = Assert.Throws<LocalHostException>(() => Write(path));

        Assert.StartsWith(path + " cannot be written", error.Message, StringComparison.Ordinal);
        Assert.Contains("FC_HOME", error.Message, StringComparison.Ordinal);
        Assert.Null(LocalFile.Read(path, LocalFileJson.Default.RunFile));
    }

    [Theory]
    [InlineData("/dev/null/.local/run.json")]
    [InlineData("/proc/.local/run.json")]
    public void A_place_where_nothing_can_be_made_is_named_in_one_line(string path) =>
        Assert.StartsWith(
            path + " cannot be written", Assert.Throws<LocalHostException>(() => Write(path)).Message, StringComparison.Ordinal);
}
