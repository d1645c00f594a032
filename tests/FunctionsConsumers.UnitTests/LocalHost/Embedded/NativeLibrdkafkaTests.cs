using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.UnitTests.LocalHost.Embedded;

public sealed class NativeLibrdkafkaTests
{
    [Theory]
    [InlineData("/app/runtimes/linux-x64/native/librdkafka.so")]
    [InlineData("/app/runtimes/linux-x64/native/centos8-librdkafka.so")]
    [InlineData("/app/runtimes/linux-x64/native/alpine-librdkafka.so")]
    [InlineData("/usr/lib/librdkafka.so.1")]
    [InlineData("/app/runtimes/osx-arm64/native/librdkafka.dylib")]
    public void The_library_that_is_loaded_is_taken_whichever_it_is(string loaded) =>
        Assert.Equal(loaded, NativeLibrdkafka.Among(["/usr/lib/libc.so.6", "/app/runtimes/win-x64/native/librdkafkacpp.dll", loaded]));

    [Fact]
    public void No_library_is_taken_that_is_not_loaded() =>
        Assert.Null(NativeLibrdkafka.Among(["/usr/lib/libc.so.6", "/app/Confluent.Kafka.dll"]));

    [Fact]
    public void Where_none_can_be_loaded_one_line_names_each_that_was_tried_and_what_it_lacks()
    {
        var line = NativeLibrdkafka.Explain(
            ["/n/librdkafka.so", "/n/centos8-librdkafka.so"],
            file => file.Contains("centos8", StringComparison.Ordinal)
            ? "libz.so.1: cannot open shared object file"
            : "libsasl2.so.3: cannot open shared object file",
            "Failed to load the librdkafka native library");

        Assert.Equal(
            "The native Kafka library cannot be loaded (Failed to load the librdkafka native library). Tried: "
            + "librdkafka.so (libsasl2.so.3: cannot open shared object file); centos8-librdkafka.so (libz.so.1: cannot open shared object "
                + "file). "
            + "Install what one of them lacks.",
            line);
    }

    [Fact]
    public void Where_the_platform_has_none_the_line_says_so() =>
        Assert.Contains("librdkafka.redist has none for", NativeLibrdkafka.Explain([], _ => null, "missing"), StringComparison.Ordinal);
}
