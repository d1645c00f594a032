using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FunctionsConsumers.Orders.Mail;

namespace FunctionsConsumers.LocalHost.Files;

/// <summary>
/// Small JSON files that other processes read while they are written: they see the old one or the new one, never a part.
/// </summary>
internal static class LocalFile
{
    private static readonly ConcurrentDictionary<string, bool> s_written = new(StringComparer.Ordinal);

    /// <summary>Whether this process wrote that file.</summary>
    public static bool IsOwn(string path) => s_written.ContainsKey(path);

    /// <summary>Writes a file, for its owner's eyes alone, in the place of any other.</summary>
    /// <exception cref="LocalHostException">It cannot be written.</exception>
    public static void Write<T>(string path, T value, JsonTypeInfo<T> type)
    {
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            // What stands in it opens the tables.
            OwnerOnly.CloseFolder(folder);
            var draft = $"{path}.{Environment.ProcessId}.tmp";
            OwnerOnly.Write(draft, JsonSerializer.SerializeToUtf8Bytes(value, type));
            s_written[path] = true;
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalHostException($"{path} cannot be written ({e.Message}): make {folder} writable for this user and free of what "
                + "is in the way, or set FC_HOME to another folder.", e);
        }
    }

    /// <summary>The file's content; null where there is none, or none of that shape: a stray file is as good as absent.</summary>
    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
