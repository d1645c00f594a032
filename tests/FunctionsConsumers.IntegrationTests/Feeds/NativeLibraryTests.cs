using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;

namespace FunctionsConsumers.IntegrationTests.Feeds;

/// <summary>The native library, wherever it came from, is the one Confluent.Kafka was made for, with all that orders may need.</summary>
public sealed class NativeLibraryTests
{
    [Fact]
    public void Librdkafka_has_the_version_of_the_client()
    {
        Assert.StartsWith("2.15.1", Loaded(() => Library.VersionString), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ssl")]
    [InlineData("sasl_plain")]
    [InlineData("sasl_scram")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Librdkafka_has_the_feature(string feature)
    {
        Assert.Contains(feature, Loaded(Features).Split(','));
    }

    private static T Loaded<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (DllNotFoundException)
        {
            Assert.Fail("librdkafka is missing: run ./test or ./run once, which install it into .local/native, and build again");
            throw;
        }
    }

    private static string Features()
    {
        var configuration = Native.NewConfiguration();
        try
        {
            var value = new byte[1024];
            nuint size = (nuint)value.Length;
            Assert.Equal(0, Native.Get(configuration, "builtin.features\0"u8.ToArray(), value, ref size));
            return Encoding.UTF8.GetString(value, 0, Array.IndexOf(value, (byte)0));
        }
        finally
        {
            Native.Destroy(configuration);
        }
    }

    private static class Native
    {
        [DllImport("librdkafka", EntryPoint = "rd_kafka_conf_new")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
        public static extern nint NewConfiguration();

        [DllImport("librdkafka", EntryPoint = "rd_kafka_conf_get")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
        public static extern int Get(nint configuration, byte[] name, byte[] value, ref nuint size);

        [DllImport("librdkafka", EntryPoint = "rd_kafka_conf_destroy")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
        public static extern void Destroy(nint configuration);
    }
}
