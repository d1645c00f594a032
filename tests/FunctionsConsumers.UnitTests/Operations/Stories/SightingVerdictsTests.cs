using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Operations.Stories;

namespace FunctionsConsumers.UnitTests.Operations.Stories;

public sealed class SightingVerdictsTests
{
    private const string Order = """{"order_id": "a", "product": "Phone"}""";

    private static readonly RecordReader Reader = new(TimeProvider.System);

    private static readonly FoundRecord First = Record(0, Order);

    [Fact]
    public void The_record_that_was_applied_is_told_from_its_resends() =>
        Assert.Equal((SightingVerdict.Applied, SightingVerdict.Resend),
            (Verdict(First), Verdict(Record(1, """{"product":"Phone","order_id":"a"}"""))));

    [Fact]
    public void Another_order_under_the_same_id_is_a_conflict_also_before_its_dead_letter_is_written()
    {
        var other = Record(1, """{"order_id": "a", "product": "Laptop"}""");

        Assert.Equal((SightingVerdict.Conflict, SightingVerdict.Conflict), (Verdict(other), Verdict(other, isDead: true)));
    }

    [Fact]
    public void What_no_group_has_handled_is_not_called_anything_else() =>
        Assert.Equal(
            (SightingVerdict.NotHandled, SightingVerdict.DeadLettered),
            (SightingVerdicts.Of(Group(null), First.Record, First.Identity, Places()),
                SightingVerdicts.Of(Group(null), First.Record, First.Identity, Places(First))));

    [Fact]
    public void A_record_that_was_redriven_for_another_group_is_passed_over() =>
        Assert.Equal(
            SightingVerdict.PassedOver, Verdict(Record(1, Order, new RecordHeader("redrive-group", Encoding.UTF8.GetBytes("inventory")))));

    private static SightingVerdict Verdict(FoundRecord record, bool isDead = false) =>
        SightingVerdicts.Of(Group(First), record.Record, record.Identity, isDead ? Places(record) : Places());

    private static HashSet<Coordinates> Places(params IEnumerable<FoundRecord> records) =>
        [.. records.Select(record => record.Record.Coordinates)];

    private static GroupStory Group(FoundRecord? applied) => new(
        "billing",
        applied is null ? [] :
        [
            new StoredEffect
            {
                Bucket = "b000", RowKey = "invoice!a", OrderId = "a", Columns = new Dictionary<string, string>(),
                Fingerprint = applied.Identity.Fingerprint,
                Topic = applied.Record.Coordinates.Topic, Partition = applied.Record.Coordinates.Partition,
                Offset = applied.Record.Coordinates.Offset,
            },
        ],
        [], [], null);

    private static FoundRecord Record(long offset, string value, params RecordHeader[] headers) =>
        Reader.Read(new ConsumedRecord(
            new Coordinates("order-events", 0, offset), DateTimeOffset.UnixEpoch, null, Encoding.UTF8.GetBytes(value), headers));
}
