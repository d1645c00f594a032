using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.IntegrationTests.Feeds;

/// <summary>The native library of the feed has the version of its client, and all that orders may need.</summary>
public sealed class NativeLibraryTests
{
    [Fact]
    public void Librdkafka_has_the_version_of_the_client() =>
        Assert.Equal(typeof(Library).Assembly.GetName().Version!.ToString(3), Library.VersionString);

    [Theory]
    [InlineData("ssl")]
    [InlineData("sasl_plain")]
    [InlineData("sasl_scram")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Librdkafka_has_the_feature(string feature) => Assert.Contains(feature, Features().Split(','));

    private static string Features()
    {
        var configuration = Librdkafka.ConfNew();
        try
        {
            var value = new byte[1024];
            nuint size = (nuint)value.Length;
            Assert.Equal(0, Librdkafka.ConfGet(configuration, "builtin.features", ref value[0], ref size));
            return Encoding.UTF8.GetString(value, 0, Array.IndexOf(value, (byte)0));
        }
        finally
        {
            Librdkafka.ConfDestroy(configuration);
        }
    }
}
