using System.Text;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Tables;

public sealed class TransactionReceiptTests
{
    private static readonly RowOperation[] s_three =
    [
        RowOperation.Insert("a", new Dictionary<string, object> { ["N"] = 1 }),
        RowOperation.Merge("b", new Dictionary<string, object> { ["N"] = 2 }, "W/\"1\""),
        RowOperation.Delete("c", "W/\"1\""),
    ];

    private static readonly IEnumerable<string?> s_versions = ["W/\"v0\"", "W/\"v1\"", null];

    [Fact]
    public void A_plain_success_gives_the_version_of_each_row_and_none_of_a_deleted_one() =>
        Assert.Equal(s_versions, Read(TableReplies.CommittedBody(3)));

    [Fact]
    public void A_row_that_comes_back_in_the_answer_does_no_harm()
    {
        const string End = "W/\"v0\"\r\n\r\n";
        const string Row = "{\"PartitionKey\":\"b000\",\"etag\":\"--changesetresponse_2\"}";
        var body = TableReplies.CommittedBody(3).Replace(End, End + Row, StringComparison.Ordinal);

        Assert.Equal(s_versions, Read(body));
    }

    [Fact]
    public void What_is_cut_off_anywhere_is_left_to_the_client()
    {
        var whole = TableReplies.CommittedBody(3);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Null(Read(whole[..length]));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 204", "HTTP/1.1 409")]
    [InlineData("HTTP/1.1 204", "HTTP/1.1 503")]
    [InlineData("HTTP/1.1 204", "204")]
    [InlineData("ETag: W/\"v1\"\r\n", "")]
    [InlineData("--changesetresponse_2--", "--changesetresponse_2")]
    [InlineData("--changesetresponse_2--", "--changesetresponse_2-")]
    [InlineData("--batchresponse_1--", "--batchresponse_1")]
    [InlineData("\r\n", "\n")]
    public void What_is_no_plain_success_is_left_to_the_client(string part, string another) =>
        Assert.Null(Read(TableReplies.CommittedBody(3).Replace(part, another, StringComparison.Ordinal)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Another_number_of_parts_is_left_to_the_client(int parts) => Assert.Null(Read(TableReplies.CommittedBody(parts)));

    private static string?[]? Read(string body) => TransactionReceipt.Read(Encoding.UTF8.GetBytes(body), s_three);
}
