using FunctionsConsumers.LocalHost.Files;


namespace FunctionsConsumers.UnitTests.LocalHost.Files;

public sealed class LocalFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("local-folder").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_variable_goes_before_everything()
    {
        File.WriteAllText(Path.Combine(_folder, "FunctionsConsumers.sln"), "");
        Assert.Equal("/elsewhere", LocalFolder.Find("/elsewhere", _folder));
    }

    [Fact]
    public void The_nearest_ancestor_with_the_solution_is_the_root()
    {
        File.WriteAllText(Path.Combine(_folder, "FunctionsConsumers.sln"), "");
        var below = Directory.CreateDirectory(Path.Combine(_folder, "src", "x")).FullName;
        Assert.Equal(_folder, LocalFolder.Find(null, below));
    }

    [Fact]
    public void Outside_the_repository_it_is_the_current_directory()
    {
        Assert.Equal(_folder, LocalFolder.Find(" ", _folder));
    }
}
