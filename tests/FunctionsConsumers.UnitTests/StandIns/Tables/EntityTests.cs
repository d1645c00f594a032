using Azure;
using Azure.Data.Tables;

namespace FunctionsConsumers.UnitTests.StandIns.Tables;

public sealed class EntityTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_entity_is_written_with_annotations_for_the_types_that_json_has_not()
    {
        var service = new ScriptedService(Answer.Of(204));
        var entity = new TableEntity("b000", "row")
        {
            ["Text"] = "a'b\"ü€😀<",
            ["Int"] = 5,
            ["Long"] = long.MinValue,
            ["Double"] = 1.5,
            ["Whole"] = 1.0,
            ["NaN"] = double.NaN,
            ["Bool"] = true,
            ["Guid"] = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
            ["Utc"] = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            ["Offset"] = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(2)),
            ["Bytes"] = new byte[] { 1, 2, 3 },
            ["Data"] = BinaryData.FromBytes(new byte[] { 4, 5 }),
            ["Null"] = null!,
            ETag = new ETag("W/\"old\""),
            Timestamp = DateTimeOffset.UnixEpoch,
        };

        await service.Table().AddEntityAsync(entity, Cancellation);

        Assert.Equal(
            """{"PartitionKey":"b000","RowKey":"row","Text":"a\u0027b\u0022\u00FC\u20AC\uD83D\uDE00\u003C","Int":5,"""
            + """ "Long":"-9223372036854775808","Long@odata.type":"Edm.Int64","Double":1.5,"Double@odata.type":"Edm.Double",""".TrimStart()
            + """ "Whole":1,"Whole@odata.type":"Edm.Double","NaN":"NaN","NaN@odata.type":"Edm.Double","Bool":true,""".TrimStart()
            + """ "Guid":"00112233-4455-6677-8899-aabbccddeeff","Guid@odata.type":"Edm.Guid",""".TrimStart()
            + """ "Utc":"2026-01-02T03:04:05.0000000Z","Utc@odata.type":"Edm.DateTime",""".TrimStart()
            + """ "Offset":"2026-01-02T01:04:05.6780000Z","Offset@odata.type":"Edm.DateTime",""".TrimStart()
            + """ "Bytes":"AQID","Bytes@odata.type":"Edm.Binary","Data":"BAU=","Data@odata.type":"Edm.Binary","Null":null}""".TrimStart(),
            Assert.Single(service.Requests).Body);
    }

    [Theory]
    [MemberData(nameof(Unwritable))]
    public async Task A_value_that_a_table_cannot_hold_is_refused_before_anything_is_sent(object value)
    {
        var service = new ScriptedService(Answer.Of(204));

        await Assert.ThrowsAnyAsync<Exception>(() => service.Table().AddEntityAsync(new TableEntity("p", "r") { ["Value"] = value }, Cancellation));

        Assert.Empty(service.Requests);
    }

    public static TheoryData<object> Unwritable =>
        [double.PositiveInfinity, DayOfWeek.Friday, 5u, new Version(1, 2), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Local), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Unspecified)];

    [Fact]
    public async Task An_entity_is_read_with_its_types_whether_annotations_stand_before_or_behind()
    {
        const string Json = """
            {"odata.metadata":"https://acc/$metadata#billing/@Element","odata.etag":"W/\"v\"","PartitionKey":"p","RowKey":"r",
             "Timestamp":"2026-11-21T10:00:00.1234567Z","Long@odata.type":"Edm.Int64","Long":"7","Behind":"8","Behind@odata.type":"Edm.Int64",
             "Guid":"00112233-4455-6677-8899-aabbccddeeff","Guid@odata.type":"Edm.Guid","At@odata.type":"Edm.DateTime","At":"2026-01-02T03:04:05Z",
             "Bytes":"AQID","Bytes@odata.type":"Edm.Binary","Whole":1.0,"Half":0.5,"NaN":"NaN","NaN@odata.type":"Edm.Double",
             "Int":5,"Bool":false,"Text":"ü😀","Null":null,"Wide":5000000000}
            """;
        var service = new ScriptedService(Answer.Of(200, Json));

        var entity = (await service.Table().GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation)).Value;

        Assert.Equal(("p", "r"), (entity.PartitionKey, entity.RowKey));
        Assert.Equal(new ETag("W/\"v\""), entity.ETag);
        Assert.Equal(DateTimeOffset.Parse("2026-11-21T10:00:00.1234567Z", null), entity.Timestamp);
        Assert.Equal((7L, 8L, 5000000000L), (entity.GetInt64("Long"), entity.GetInt64("Behind"), entity.GetInt64("Wide")));
        Assert.Equal(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), entity.GetGuid("Guid"));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Assert.IsType<DateTimeOffset>(entity["At"]));
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), entity.GetDateTime("At"));
        Assert.Equal([1, 2, 3], entity.GetBinary("Bytes"));
        Assert.Equal((1.0, 0.5, double.NaN), (entity.GetDouble("Whole"), entity.GetDouble("Half"), entity.GetDouble("NaN")));
        Assert.Equal((5, false, "ü😀"), (entity.GetInt32("Int"), entity.GetBoolean("Bool"), entity.GetString("Text")));
        Assert.Null(entity.GetString("Null"));
        Assert.DoesNotContain(entity.Keys, key => key.Contains("@odata", StringComparison.Ordinal) || key == "odata.metadata");
    }

    [Fact]
    public void A_getter_of_another_type_throws_and_one_of_a_missing_property_gives_null()
    {
        var entity = new TableEntity("p", "r") { ["Int"] = 1, ["Long"] = 2L, ["Bytes"] = new byte[] { 1 } };

        Assert.Equal("Cannot return System.Nullable`1[System.Int64] type for a System.Int32 typed property.", Assert.Throws<InvalidOperationException>(() => entity.GetInt64("Int")).Message);
        Assert.Throws<InvalidOperationException>(() => entity.GetInt32("Long"));
        Assert.Throws<InvalidOperationException>(() => entity.GetDouble("Int"));
        Assert.Throws<InvalidOperationException>(() => entity.GetString("Long"));
        Assert.Throws<InvalidOperationException>(() => entity.GetDateTimeOffset("Long"));
        Assert.Null(entity.GetInt64("Missing"));
        Assert.Null(entity["Missing"]);
        Assert.Equal([1], entity.GetBinaryData("Bytes")!.ToArray());
    }

    [Fact]
    public void A_property_that_holds_a_wider_number_keeps_its_type_when_an_int_is_put_into_it()
    {
        var entity = new TableEntity("p", "r") { ["Long"] = 1L, ["Double"] = 1.0, ["Int"] = 1 };

        entity["Long"] = 2;
        entity["Double"] = 2;
        entity["Int"] = 2L;

        Assert.Equal((2L, 2.0, 2L), (entity.GetInt64("Long"), entity.GetDouble("Double"), entity.GetInt64("Int")));
    }

    [Fact]
    public void An_entity_is_a_dictionary_of_its_properties_the_keys_among_them()
    {
        var values = new Dictionary<string, object> { ["PartitionKey"] = "p", ["RowKey"] = "r", ["N"] = 1 };
        var entity = new TableEntity(values);
        values.Clear();

        entity.Add("M", 2);

        Assert.Equal(("p", "r", 4), (entity.PartitionKey, entity.RowKey, entity.Count));
        Assert.Equal(["PartitionKey", "RowKey", "N", "M"], entity.Keys);
        Assert.True(entity.Remove("N") && !entity.ContainsKey("N") && entity.TryGetValue("M", out var m) && m.Equals(2));
        Assert.Equal(default, entity.ETag);
        Assert.Null(entity.Timestamp);
    }
}
