using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;

public sealed class ParcelPackerTests
{
    [Fact]
    public void Small_messages_of_a_kind_share_a_row_and_kinds_do_not()
    {
        var parcels = ParcelPacker.Pack([Message("a", "email"), Message("b", "http"), Message("c", "email")], null);
        Assert.Equal(["email: a c", "http: b"], parcels.Select(parcel =>
            $"{parcel.Kind}: {string.Join(' ', parcel.Messages.Select(message => message.Subject).Order(StringComparer.Ordinal))}"));
    }

    [Fact]
    public void A_row_is_named_by_the_lowest_id_so_that_what_is_left_of_it_only_moves_up()
    {
        var messages = Enumerable.Range(0, 20).Select(i => Message($"m{i}", "email")).ToList();
        var parcel = Assert.Single(ParcelPacker.Pack(messages, null));
        Assert.Equal(messages.Select(message => message.Id).Order(StringComparer.Ordinal), parcel.Messages.Select(message => message.Id));
        Assert.Equal(messages.Select(message => message.Id).Order(StringComparer.Ordinal).First(), parcel.Id);
    }

    [Fact]
    public void A_row_holds_no_more_messages_than_a_transaction_could_give_rows_of_their_own()
    {
        var parcels = ParcelPacker.Pack(Enumerable.Range(0, 250).Select(i => Message($"m{i}", "email")), null);
        Assert.Equal([100, 100, 50], parcels.Select(parcel => parcel.Messages.Count));
    }

    [Fact]
    public void A_large_message_has_its_rows_to_itself()
    {
        var parcels = ParcelPacker.Pack([Message("a", "email"), Message("b", "email", 2_000_000), Message("c", "email")], null);
        Assert.Equal([2, 1], parcels.Select(parcel => parcel.Messages.Count));
        Assert.Equal("b", parcels[1].Messages[0].Subject);
        Assert.Equal(3, OutboxRows.Inserts(parcels[1]).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void What_it_reckons_is_never_less_than_what_the_rows_take_and_what_it_packs_is_read_again(int seed)
    {
        var random = new Random(seed);
        var messages = Enumerable.Range(0, random.Next(1, 150))
            .Select(i => Message(
                new string("aé\u4e16\"\u0001"[random.Next(5)], random.Next(5) == 0 ? random.Next(2000) : random.Next(40)) + i,
                random.Next(2) == 0 ? "email" : "http",
                random.Next(20) == 0 ? random.Next(1_500_000) : random.Next(20_000)))
            .ToList();
        var packer = new ParcelPacker();
        packer.Add(messages);
        var inserts = packer.Parcels.Select(parcel => OutboxRows.Inserts(parcel)).ToList();

        Assert.Equal(packer.Rows, inserts.Sum(rows => rows.Count));
        Assert.True(
            packer.RequestBytes >= inserts.Sum(rows => rows.Sum(row => (long)TransactionLimits.RequestBytes(row))), $"seed {seed}");
        Assert.All(inserts, rows => Assert.All(rows, row => Assert.Null(TransactionLimits.Violation(row))));
        Assert.Equal(
            messages.Select(Text).Order(StringComparer.Ordinal),
            inserts.SelectMany(Read).Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_row_in_a_format_of_later_is_refused_with_its_version()
    {
        var insert = OutboxRows.Inserts(new Parcel("email", [Message("a", "email"), Message("b", "email")]))[0];
        var payload = (byte[])insert.Columns["Payload00"];
        payload[0] = 9;
        var failure = Assert.Throws<InvalidDataException>(
            () => OutboxRows.Read("group", new Row("b000", insert.RowKey, "1", insert.Columns), new Dictionary<string, Row>()));
        Assert.Contains("format 9", failure.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<OutboxMessage> Read(IReadOnlyList<RowOperation> inserts)
    {
        var rows = inserts.Select(insert => new Row("b000", insert.RowKey, "1", insert.Columns)).ToList();
        return OutboxRows.Read("group", rows[0], rows.Skip(1).ToDictionary(row => row.RowKey)).Messages;
    }

    private static string Text(OutboxMessage message) =>
        $"{message.Id} {message.Kind} {message.Group} {message.Subject} {message.CreatedAt:O} "
            + $"{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(message.Payload))}";

    private static OutboxMessage Message(string subject, string kind, int bytes = 100) =>
        new(MessageId.Of("group", subject, subject, 0), kind, "group", subject, new byte[bytes], DateTimeOffset.UnixEpoch);
}
