using System.Text;
using System.Text.Json.Serialization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Hosting;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class JsonEventDecoderTests
{
    private static readonly JsonEventDecoder<Payment> Decoder = new(
        DecodedJson.Default.Payment, payment => payment.Payer.Id, payment => payment.Reference);

    [Fact]
    public void An_event_has_its_subject_and_its_own_id()
    {
        var decoded = Decode("""{"Payer":{"Id":"p-1"},"Cents":5,"Reference":"r-1"}""");
        Assert.Null(decoded.Rejection);
        Assert.Equal(("p-1", "r-1", 5L), (decoded.Subject, decoded.EventId, decoded.Event!.Cents));
    }

    [Theory]
    [InlineData("")]
    [InlineData("payment")]
    [InlineData("""{"Payer":""")]
    [InlineData("""{"Payer":{"Id":"p-1"}} more""")]
    public void What_is_not_json_is_rejected_as_that(string value) => Assert.Equal("not-json", Reason(value));

    [Theory]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"Payer":{"Id":"p-1"},"Cents":"five"}""")]
    [InlineData("""{"Payer":{"Id":"p-1"},"Cents":1,"Mood":"bad"}""")]
    public void Json_that_does_not_fit_the_type_is_no_event(string value) => Assert.Equal("not-an-event", Reason(value));

    [Theory]
    [InlineData("""{"Cents":5}""")]
    [InlineData("""{"Payer":{},"Cents":5}""")]
    [InlineData("""{"Payer":{"Id":""},"Cents":5}""")]
    public void An_event_that_does_not_say_what_it_is_about_has_no_subject(string value) => Assert.Equal("no-subject", Reason(value));

    [Fact]
    public void A_tombstone_is_not_json() => Assert.Equal("not-json", Decoder.Decode(Record(null)).Rejection?.Reason);

    private static string? Reason(string value) => Decode(value).Rejection?.Reason;

    private static Decoded<Payment> Decode(string value) => Decoder.Decode(Record(Encoding.UTF8.GetBytes(value)));

    private static ConsumedRecord Record(byte[]? value) =>
        new(new Coordinates("payments", 0, 1), DateTimeOffset.UnixEpoch, null, value, []);

    internal sealed record Person(string Id);

    internal sealed record Payment(Person Payer, long Cents, string? Reference)
    {
        /// <summary>A property whose setter throws what no serializer knows.</summary>
        public string? Mood
        {
            get => null;
            set => throw new NotSupportedException($"No mood, and no {value} one.");
        }
    }
}

[JsonSerializable(typeof(JsonEventDecoderTests.Payment))]
internal sealed partial class DecodedJson : JsonSerializerContext;
