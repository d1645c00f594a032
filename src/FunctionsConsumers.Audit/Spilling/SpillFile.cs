namespace FunctionsConsumers.Audit.Spilling;

/// <summary>
/// A file without a name: it is deleted as soon as it is open, so nothing is left of it however the process ends, and nobody
/// else can open it. Orders and addresses stand in it.
/// </summary>
internal sealed class SpillFile : IDisposable
{
    private readonly string _folder;
    private readonly FileStream _file;

    /// <summary>Opens the file.</summary>
    /// <param name="folder">The folder whose disk it takes.</param>
    /// <exception cref="AuditException">The folder is not there, or nothing can be written there.</exception>
    public SpillFile(string folder)
        : this(folder, Create)
    {
    }

    /// <summary>Opens the file with a way of one's own; for tests of disks that are full.</summary>
    /// <param name="folder">The folder that a failure names.</param>
    /// <param name="open">Opens it.</param>
    internal SpillFile(string folder, Func<string, FileStream> open)
    {
        _folder = folder;
        try
        {
            _file = open(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(failure);
        }
    }

    /// <summary>Writes bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="position">Where.</param>
    /// <exception cref="AuditException">They cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, bytes, position);
        }
        catch (IOException failure)
        {
            throw Failed(failure);
        }
    }

    /// <summary>Reads bytes that were written.</summary>
    /// <param name="into">Takes the bytes.</param>
    /// <param name="position">Where.</param>
    /// <exception cref="AuditException">They cannot be read.</exception>
    public void Read(Span<byte> into, long position)
    {
        try
        {
            while (!into.IsEmpty)
            {
                var read = RandomAccess.Read(_file.SafeFileHandle, into, position);
                if (read == 0)
                {
                    throw new EndOfStreamException("the file has become shorter");
                }

                into = into[read..];
                position += read;
            }
        }
        catch (IOException failure)
        {
            throw Failed(failure);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    private static FileStream Create(string folder)
    {
        var path = Path.Combine(folder, "fc-audit-" + Guid.NewGuid().ToString("N"));
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(path, options);
        File.Delete(path);
        return file;
    }

    private AuditException Failed(Exception failure) => new(
        $"the audit cannot keep what it notes of a long topic in {_folder} ({failure.Message}): free space there, or name a folder with "
        + "space in the environment variable TMPDIR", failure);
}
