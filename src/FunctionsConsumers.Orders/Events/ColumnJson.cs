using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FunctionsConsumers.Orders.Events;

/// <summary>Writes the JSON of a table's column.</summary>
internal static class ColumnJson
{
    // The text goes into a table's column and not into HTML, and the table client escapes it a second time: what need
    // not be escaped is not.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Kept for the next column that the same thread writes.
    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? t_free;

    /// <summary>Writes one column.</summary>
    public static string Write<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var (buffer, json) = t_free ?? Make();
        t_free = null;
        write(json, value);
        json.Flush();
        var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        buffer.ResetWrittenCount();
        json.Reset();
        t_free = (buffer, json);
        return text;
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) Make()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }
}
