using System.Text;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.UnitTests.Orders.Reading;

public sealed class OrderDecoderJsonTests
{
    private const string Good = """{"order_id":"1","product":"Laptop"}""";

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("hello")]
    [InlineData("[1,2")]
    [InlineData("{\"order_id\":\"1\",\"product\":\"Laptop\"")]
    [InlineData("{\"order_id\":\"1\",\"product\":\"Laptop\"}x")]
    [InlineData("{\"order_id\":\"1\",\"product\":\"Laptop\"}{}")]
    [InlineData("{\"order_id\":\"1\",\"product\":\"Laptop\",}")]
    [InlineData("{\"order_id\":\"1\",\"product\":\"Lap\ntop\"}")]
    [InlineData("{\"order_id\":\"1\",\"product\":\"Lap\\xtop\"}")]
    [InlineData("{\"order_id\":\"1\",\"product\":\"Lap\\u12\"}")]
    [InlineData("{'order_id':'1','product':'Laptop'}")]
    [InlineData("{order_id:1,product:\"Laptop\"}")]
    [InlineData("{\"order_id\":007,\"product\":\"Laptop\"}")]
    [InlineData("{\"order_id\":+7,\"product\":\"Laptop\"}")]
    [InlineData("{\"order_id\":\"1\",\"product\":\"Laptop\"}//")]
    [InlineData("{\"order_id\":\"1\",\"product\":\"Laptop\",\"x\":NaN}")]
    public void What_breaks_the_grammar_is_not_json(string value)
    {
        var decoded = Decoding.Decode(value);

        Assert.Equal(RejectionReasons.NotJson, decoded.Rejection?.Reason);
        Assert.Null(decoded.Subject);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("12")]
    [InlineData("\"order\"")]
    [InlineData("[]")]
    [InlineData("[{\"order_id\":\"1\",\"product\":\"Laptop\"}]")]
    [InlineData("{}")]
    public void What_is_json_but_no_object_with_an_order_is_not_an_order(string value) =>
        Assert.Equal(RejectionReasons.NotAnOrder, Decoding.Rejected(value).Reason);

    [Fact]
    public void A_record_without_a_value_is_not_json()
    {
        var decoded = Decoding.Decoder.Decode(Decoding.Record(null));

        Assert.Equal(RejectionReasons.NotJson, decoded.Rejection?.Reason);
        Assert.Null(decoded.Subject);
    }

    [Fact]
    public void A_byte_order_mark_and_other_encodings_are_not_json()
    {
        Assert.Equal(RejectionReasons.NotJson,
            Decoding.Decoder.Decode(Decoding.Record([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Good)])).Rejection?.Reason);
        Assert.Equal(RejectionReasons.NotJson,
            Decoding.Decoder.Decode(Decoding.Record(Encoding.Unicode.GetBytes(Good))).Rejection?.Reason);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    public void Bytes_that_are_not_utf_8_are_not_json_wherever_they_stand(byte[] bytes)
    {
        byte[] ignored = [.. "{\"order_id\":\"1\",\"product\":\"Laptop\",\"note\":\""u8, .. bytes, .. "\"}"u8];

        Assert.Equal(RejectionReasons.NotJson, Decoding.Decoder.Decode(Decoding.Record(ignored)).Rejection?.Reason);
    }

    [Theory]
    [InlineData("order_id", "\"a\\ud800\"")]
    [InlineData("order_id", "\"\\udc00a\"")]
    [InlineData("order_id", "\"\\ude00\\ud83d\"")]
    [InlineData("customer_id", "\"\\ud83d\\ud83d\\ude00\"")]
    [InlineData("email", "\"a\\ud800@b\"")]
    [InlineData("product", "\"\\ud800\"")]
    public void Half_of_a_surrogate_pair_in_what_is_read_is_not_json(string property, string json)
    {
        var rest = property switch { "order_id" => "\"product\":\"Laptop\"", "product" => "\"order_id\":\"1\"",
            _ => "\"product\":\"Laptop\",\"order_id\":\"1\"" };

        Assert.Equal(RejectionReasons.NotJson, Decoding.Rejected($$"""{"{{property}}":{{json}},{{rest}}}""").Reason);
    }

    [Theory]
    [InlineData("""{"order_id":"1","product":"Laptop","a\ud800":1}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","x":[{"\udc00":1}]}""")]
    public void Half_of_a_surrogate_pair_in_a_name_is_not_json_at_any_depth(string json) =>
        Assert.Equal(RejectionReasons.NotJson, Decoding.Rejected(json).Reason);

    [Theory]
    [InlineData("""{"order_id":"1","product":"Laptop","order_id":"1"}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","product":"Laptop"}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","pr\u006fduct":"Laptop"}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","x":1,"y":2,"x":1}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","x":1,"\u0078":1}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","x":{"y":1,"y":1}}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","x":[[{"y":{"z":0},"x":1,"y":1}]]}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":"Laptop","quantity":1,"quantity":1}]}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":"Laptop","quantity":1,"x":1,"x":1}]}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":"Laptop","quantity":1}],"lines":[{"product":"Laptop","quantity":1}]}""")]
    [InlineData("""{"order_id":"1","product":{"a":1,"a":2}}""")]
    public void A_name_twice_in_one_object_is_not_an_order(string json)
    {
        var rejection = Decoding.Rejected(json);

        Assert.Equal(RejectionReasons.NotAnOrder, rejection.Reason);
        Assert.Contains("twice", rejection.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_order_ids_are_no_subject() =>
        Assert.Null(Decoding.Decode("""{"order_id":"1","product":"Laptop","order_id":"2"}""").Subject);

    [Theory]
    [InlineData("""{"order_id":"1","product":"Laptop","x":{"y":1},"y":{"x":1,"order_id":2,"product":3}}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","a":[{"x":1},{"x":1}]}""")]
    [InlineData("""
        {"order_id":"1",
         "lines":[{"product":"Laptop","quantity":1,"x":1,"order_id":"7"},{"product":"Laptop","quantity":1,"x":1,"lines":[]}]}
        """)]
    public void The_same_name_in_different_objects_is_no_duplicate(string json) =>
        Assert.Equal("1", Decoding.Order(json).OrderId);

    [Fact]
    public void Nesting_in_what_is_ignored_has_no_limit()
    {
        var depth = 100_000;
        var arrays = new string('[', depth) + new string(']', depth);
        var objects = string.Concat(Enumerable.Repeat("{\"a\":", depth / 2)) + "1" + new string('}', depth / 2);

        Assert.Equal("1", Decoding.Order($$"""{"order_id":"1","product":"Laptop","x":{{arrays}}}""").OrderId);
        Assert.Equal("1", Decoding.Order($$"""{"order_id":"1","product":"Laptop","x":{{objects}}}""").OrderId);
        Assert.Equal(RejectionReasons.NotJson, Decoding.Rejected(new string('[', 500_000)).Reason);
        Assert.Equal(RejectionReasons.NotAnOrder, Decoding.Rejected(arrays).Reason);
    }

    [Theory]
    [InlineData("""{"order_id":"1","product":"Laptop","quantity":0,"email":"x","order_id":"2"}""", RejectionReasons.NotAnOrder)]
    [InlineData(
        """{"order_id":"1","lines":[{"product":"Laptop","quantity":0,"unit_price":-1}],"email":"x"}""", RejectionReasons.BadQuantity)]
    [InlineData("""{"email":"x","lines":[{"unit_price":-1,"quantity":1,"product":"Laptop"}],"order_id":"1"}""", RejectionReasons.BadPrice)]
    [InlineData("""{"email":"x","product":"Nothing","order_id":"1"}""", RejectionReasons.BadAddress)]
    public void Of_several_faults_the_worst_is_named_whatever_the_order_of_the_properties(string json, string reason) =>
        Assert.Equal(reason, Decoding.Rejected(json).Reason);

    [Fact]
    public void A_detail_is_one_line_whatever_the_value_holds()
    {
        var rejection = Decoding.Rejected("""{"order_id":"1","product":"a\r\nb\u0000\u202e😀 """ + new string('x', 300) + "\"}");

        Assert.DoesNotContain(rejection.Detail, char.IsControl);
        Assert.True(rejection.Detail.Length < 250, rejection.Detail);
        Assert.Equal("a\\u000d\\u000ab\\u0000\\u202e😀 ",
            rejection.Detail[(rejection.Detail.IndexOf('\'', StringComparison.Ordinal) + 1)..rejection.Detail.IndexOf('x',
            StringComparison.Ordinal)]);
    }
}
