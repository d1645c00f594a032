using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FunctionsConsumers.LocalHost.Embedded;

/// <summary>
/// Finds the native library that Confluent.Kafka loaded. <c>librdkafka.redist</c> brings several for Linux: <c>librdkafka</c>,
/// which needs Kerberos' <c>libsasl2.so.3</c>; <c>centos8-librdkafka</c> without Kerberos, for Debian, Ubuntu and others;
/// <c>alpine-librdkafka</c> for musl. Confluent.Kafka tries them in turn and does not say which one it took. A second choice
/// made here could differ from its own, and two libraries in one process do not know each other's clusters. So the choice is
/// read from the modules that the process has loaded.
/// </summary>
internal static class NativeLibrdkafka
{
    private const string Name = "librdkafka";

    private static readonly Lazy<nint> Loaded = new(Load);

    /// <summary>The library's handle.</summary>
    /// <exception cref="LocalHostException">No library could be loaded; the message says which were tried and what each lacks.</exception>
    public static nint Handle() => Loaded.Value;

    /// <summary>The file of the library among the modules of a process; null where none is loaded.</summary>
    public static string? Among(IEnumerable<string> modules) => modules.FirstOrDefault(IsLibrary);

    /// <summary>What to say where no library could be loaded: each candidate with the loader's reason.</summary>
    public static string Explain(IEnumerable<string> candidates, Func<string, string?> refusal, string reason)
    {
        var tried = candidates.Select(file => $"{Path.GetFileName(file)} ({refusal(file) ?? "it can be loaded"})").ToList();
        return tried.Count == 0
            ? $"The native Kafka library is missing: package librdkafka.redist has none for {RuntimeInformation.RuntimeIdentifier}. "
                + $"Restore and build again, on a platform that it supports."
            : $"The native Kafka library cannot be loaded ({reason}). Tried: {string.Join("; ", tried)}. Install what one of them lacks.";
    }

    private static nint Load()
    {
        try
        {
            _ = Confluent.Kafka.Library.Load();
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or FileLoadException
            or InvalidOperationException)
        {
            throw new LocalHostException(Explain(Candidates(), Refusal, e.Message.TrimEnd('.')), e);
        }

        using var process = Process.GetCurrentProcess();
        var file = Among(process.Modules.Cast<ProcessModule>().Select(module => module.FileName))
            ?? throw new LocalHostException("The native Kafka library is loaded, and its file is not among the modules of this process.");
        return NativeLibrary.Load(file);
    }

    private static bool IsLibrary(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file.AsSpan());
        return name.EndsWith(Name, StringComparison.Ordinal) || name.StartsWith(Name + ".so", StringComparison.Ordinal);
    }

    /// <summary>The files in the folders where the runtime looks for native libraries.</summary>
    private static IEnumerable<string> Candidates() =>
        ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? AppContext.BaseDirectory)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, $"*{Name}*").Where(IsLibrary))
        .Distinct(StringComparer.Ordinal);

    private static string? Refusal(string file)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(file));
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            // The loader's message has several lines where the runtime tried several spellings; the first names what is missing.
            var lines = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return lines.FirstOrDefault(line => line.Contains("cannot open shared object file", StringComparison.Ordinal)) ?? lines[0];
        }
    }
}
