namespace FunctionsConsumers.Orders.Mail;

/// <summary>Files that hold secrets or what concerns persons: their owner alone may read them (0600, in a folder 0700).</summary>
internal static class OwnerOnly
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Enter = ReadWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a folder and those above it, where they are missing.</summary>
    public static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, Enter);
        }
    }

    /// <summary>Closes a folder of our own to everybody else, also one that an earlier version made.</summary>
    public static void CloseFolder(string folder)
    {
        CreateFolder(folder);
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(folder) != Enter)
        {
            File.SetUnixFileMode(folder, Enter);
        }
    }

    /// <summary>Writes a file anew. It is closed to others before its first byte.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = ReadWrite;
        }

        File.Delete(path);
        using var file = new FileStream(path, options);
        file.Write(bytes);
    }
}
