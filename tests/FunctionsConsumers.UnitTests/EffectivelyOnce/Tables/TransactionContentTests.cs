using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Tables;

public sealed partial class TransactionContentTests
{
    private static readonly Dictionary<string, object> s_columns = new() { ["N"] = 1 };

    private static readonly DateTime s_end = DateTime.UnixEpoch.AddYears(100);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=a2V5;EndpointSuffix=core.windows.net")]
    [InlineData("TableEndpoint=https://acct.table.core.windows.net;SharedAccessSignature=sv=2020&sig=abc%2Fd")]
    [InlineData("UseDevelopmentStorage=true")]
    public async Task A_transaction_is_written_byte_for_byte_as_the_client_writes_it(string connectionString)
    {
        const int Seed = 20261128;
        var random = new Random(Seed);
        for (var round = 0; round < 100; round++)
        {
            RowOperation[] operations = [.. Enumerable.Range(0, random.Next(1, 20)).Select(i => Any(random, i))];
            var partitionKey = round == 0 ? "b'0 ö" : $"b{random.Next(1000):D3}";

            var ours = await SentAsync(isCallers: false, connectionString, partitionKey, operations);
            var clients = await SentAsync(isCallers: true, connectionString, partitionKey, operations);

            Assert.True(ours == clients, $"Seed {Seed}, round {round}:\n{ours}\nis not\n{clients}");
        }
    }

    [Fact]
    public async Task A_request_that_is_sent_again_holds_the_same_transaction()
    {
        using var tables = new ScriptedTables(
            TableReplies.Refusal(503, "ServerBusy"),
            TableReplies.Throws(new IOException("Connection reset by peer")),
            TableReplies.Committed(1));

        await tables.Store().SubmitAsync("b000", [RowOperation.Insert("row", s_columns)], Cancellation);

        Assert.Equal(3, tables.Bodies.Count);
        Assert.Contains("\"row\",\"N\":1}", Assert.Single(tables.Bodies.Distinct()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transactions_one_after_the_other_and_at_once_do_not_share_their_bytes()
    {
        using var tables = new ScriptedTables(TableReplies.Committed(1));
        var store = tables.Store();

        await Task.WhenAll(Enumerable.Range(0, 64).Select(
            i => Task.Run(() => store.SubmitAsync("b000", [RowOperation.Insert($"row-{i}", s_columns)], Cancellation), Cancellation)));

        Assert.Equal(64, tables.Bodies.Count);
        Assert.All(Enumerable.Range(0, 64), i => Assert.Single(
            tables.Bodies, body => body.Contains($"\"row-{i}\",\"N\":1}}", StringComparison.Ordinal) && body.Split("\"row-").Length == 2));
    }

    [Fact]
    public async Task Other_requests_of_the_client_are_left_as_they_are()
    {
        using var tables = new ScriptedTables(TableReplies.Refusal(404, "ResourceNotFound"));

        Assert.Empty(await tables.Store().ReadAsync("b000", ["a"], null, Cancellation));
        Assert.Equal([""], tables.Bodies);
    }

    // Boundaries are any text that is nowhere else, and each client's are its own.
    private static async Task<string> SentAsync(bool isCallers, string connectionString, string partitionKey, RowOperation[] operations)
    {
        using var tables = new ScriptedTables(TableReplies.Committed(operations.Length));
        var result = await tables.Store(isCallers, connectionString).SubmitAsync(partitionKey, operations, Cancellation);
        Assert.True(result.Status == SubmitStatus.Committed, result.Detail);
        return tables.Requests.Single() + '\n' + Boundary().Replace(tables.Bodies.Single(), "$1");
    }

    [GeneratedRegex("(batch|changeset)_[0-9a-f-]{36}")]
    private static partial Regex Boundary();

    private static RowOperation Any(Random random, int number)
    {
        var columns = new Dictionary<string, object>();
        for (var i = random.Next(12); i > 0; i--)
        {
            columns[$"{Text(random, "AbcÄ_")}{i}"] = random.Next(9) switch
            {
                0 => random.Next(),
                1 => random.NextInt64(long.MinValue, long.MaxValue),
                2 => random.Next(2) == 0,
                3 => random.NextDouble() * Math.Pow(10, random.Next(-20, 20)),
                4 => new[] { 2.0, 0.0, -0.0 }[random.Next(3)],
                5 => RandomBytes(random),
                6 => new DateTimeOffset(random.NextInt64(DateTime.UnixEpoch.Ticks, s_end.Ticks), TimeSpan.FromHours(random.Next(-12, 12))),
                _ => Text(random, "ab zß€\"\\\n\t<>&'+`/%😀\u2028{}"),
            };
        }

        var rowKey = $"{number}{Text(random, "ab !'()*-._~%+€ü😀&=;@,:$[]")}";
        return random.Next(4) switch
        {
            0 => RowOperation.Replace(rowKey, columns, "W/\"datetime'2026-11-21T10%3A00%3A00Z'\""),
            1 => RowOperation.Merge(rowKey, columns, "W/\"1\""),
            2 => RowOperation.Delete(rowKey, "W/\"1\""),
            _ => RowOperation.Insert(rowKey, columns),
        };
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(40)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Text(Random random, string alphabet)
    {
        var runes = alphabet.EnumerateRunes().ToArray();
        return string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => runes[random.Next(runes.Length)].ToString()));
    }
}
