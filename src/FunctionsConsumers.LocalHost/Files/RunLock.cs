using System.Globalization;
using System.Text;

namespace FunctionsConsumers.LocalHost.Files;

/// <summary>
/// <c>.local/run.lock</c>: held, for its whole life, by the process that starts embedded services, and by one process at a
/// time. The system lets go of it however the process ends, so it tells a living holder from a dead one where a process id
/// cannot: a container that is started again has the id that it had before. The file stays; its holder's id stands in it
/// until a clean stop.
/// </summary>
public sealed class RunLock : IDisposable
{
    // EAGAIN of Linux and of macOS, and the sharing violation of Windows.
    private static readonly int[] HeldByAnother = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>The file.</summary>
    public static string FilePath => Path.Combine(LocalFolder.Path, "run.lock");

    /// <summary>Takes the lock of this machine's <c>.local</c>.</summary>
    /// <returns>The lock; null where another process holds it.</returns>
    /// <exception cref="LocalHostException">The file cannot be written.</exception>
    public static RunLock? TryTake() => TryTake(FilePath);

    /// <summary>Lets go of the lock.</summary>
    public void Dispose()
    {
        if (_file.CanWrite)
        {
            _file.SetLength(0);
        }

        _file.Dispose();
    }

    internal static RunLock? TryTake(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new RunLock(file);
        }
        catch (IOException held) when (HeldByAnother.Contains(held.HResult))
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LocalHostException(
                $"{path} cannot be written ({failure.Message}): make its folder writable, or name another in FC_HOME.", failure);
        }
    }

    /// <summary>Who holds the lock, or held it last.</summary>
    internal static (bool IsHeld, int? LastHolder) Look(string path)
    {
        try
        {
            // Readers do not shut each other out.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var reader = new StreamReader(file);
            return (false, int.TryParse(reader.ReadToEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null);
        }
        catch (IOException held) when (HeldByAnother.Contains(held.HResult))
        {
            return (true, null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (false, null);
        }
    }
}
