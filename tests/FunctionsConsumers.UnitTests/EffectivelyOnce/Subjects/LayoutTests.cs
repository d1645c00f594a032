using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Subjects;

/// <summary>
/// The layout of tables, by known values. Another rule would look for old subjects in another bucket or under another key,
/// and handle them a second time. The values were reckoned with other code (Python's hashlib and integers).
/// </summary>
public sealed class LayoutTests
{
    [Theory]
    [InlineData("", "b342")]
    [InlineData("123", "b390")]
    [InlineData("order-events:2:17", "b132")]
    [InlineData("Grüße", "b908")]
    [InlineData("訂單-42", "b110")]
    [InlineData("🛒", "b209")]
    public void A_subject_is_in_the_bucket_that_its_UTF16_code_units_say(string subject, string bucket) =>
        Assert.Equal(bucket, new Buckets(1000).Of(subject));

    [Fact]
    public void The_key_of_a_long_subject_is_the_marked_hash_of_its_UTF16_bytes()
    {
        Assert.Equal("invoice!==42392cbaa3e9a6cee31c58eb91b8c0c94887652df790139eadbc5e125236fe63",
            RowKey.OfSubject("invoice", new string('x', 505)));
        Assert.Equal("invoice!==897bc6d78204efeaa1802cd661c2d32f421f60f854dd11eac42cb6f280ac4585",
            RowKey.OfSubject("invoice", string.Concat(Enumerable.Repeat("訂單", 100))));
        Assert.Equal(512, RowKey.OfSubject("invoice", new string('x', 504)).Length);
    }

    // Not as a theory: what is written into attributes is UTF-8, and has no unpaired surrogates.
    [Fact]
    public void The_id_of_a_message_is_the_hash_of_its_parts()
    {
        Assert.Equal("4a3609aa34e1ab76e32cf0d6b79d284d", MessageId.Of("billing", "a\ud800", "k", 0));
        Assert.Equal("e281353eccf97831deeb1658bd39e141", MessageId.Of("billing", "a\ud801", "k", 0));
        Assert.Equal("13e427caf50f17b2c843b92f532777d7", MessageId.Of("billing", "a\ufffd", "k", 0));
        Assert.Equal("d359bd9f2f39553f2c1c9e26dd948b52", MessageId.Of("billing", "a🛒", "k", 0));
    }
}
