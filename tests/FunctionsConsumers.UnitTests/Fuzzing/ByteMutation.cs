using System.Globalization;
using System.Text;

namespace FunctionsConsumers.UnitTests.Fuzzing;

/// <summary>Changes bytes of a value: exchanged, removed, repeated, cut off in the middle of a character, and fragments put in.</summary>
internal static class ByteMutation
{
    private static readonly byte[][] Fragments =
    [
        "\\ud800"u8.ToArray(), "\\u0000"u8.ToArray(), "\""u8.ToArray(), "{"u8.ToArray(), "}"u8.ToArray(), "[["u8.ToArray(),
        "null"u8.ToArray(), "-0"u8.ToArray(),
        "1e99999"u8.ToArray(), "0.00001"u8.ToArray(), "\"order_id\":"u8.ToArray(), "\"quantity\":2.0,"u8.ToArray(),
        ",\"lines\":[]"u8.ToArray(), [0xED, 0xA0, 0x80], [0xFF], [0x00],
        [0xF0, 0x9F, 0x98], [0xC3], [0xEF, 0xBB, 0xBF], [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80], "//\n"u8.ToArray(), "/**/"u8.ToArray(),
        Encoding.UTF8.GetBytes(new string('x', 1001)), "\"\\ud800\":1,"u8.ToArray(), "\"unit_price\":-1,"u8.ToArray(), "\\"u8.ToArray(),
        "NaN"u8.ToArray(), "+1"u8.ToArray(), "01"u8.ToArray(),
    ];

    public static byte[] Of(Random random, byte[] value)
    {
        var bytes = new List<byte>(value);
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            Mutate(random, bytes);
        }

        return [.. bytes];
    }

    private static void Mutate(Random random, List<byte> bytes)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(8))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveAt(at);
                break;
            case 2:
                bytes.InsertRange(at, Fragments[random.Next(Fragments.Length)]);
                break;
            case 3:
                bytes.RemoveRange(at, random.Next(Math.Min(8, bytes.Count - at)));
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(40, bytes.Count - at))));
                break;
            case 5:
                bytes[at] = (byte)random.Next('0', 'z');
                break;
            case 6 when random.Next(4) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                var digits = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
                if (digits >= 0)
                {
                    bytes.InsertRange(digits, Encoding.ASCII.GetBytes(random.Next(3) == 0 ? "-"
                        : random.NextInt64().ToString(CultureInfo.InvariantCulture)));
                }

                break;
        }
    }
}
