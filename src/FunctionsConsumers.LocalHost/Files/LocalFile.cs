using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FunctionsConsumers.LocalHost.Files;

/// <summary>Small JSON files that other processes read while they are written: they see the old one or the new one, never a part.</summary>
internal static class LocalFile
{
    private static readonly ConcurrentDictionary<string, bool> s_written = new(StringComparer.Ordinal);

    /// <summary>Whether this process wrote that file.</summary>
    public static bool IsOwn(string path) => s_written.ContainsKey(path);

    public static void Write<T>(string path, T value, JsonTypeInfo<T> type)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Environment.ProcessId}.tmp";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(value, type));
        s_written[path] = true;
        File.Move(draft, path, overwrite: true);
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
