using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Testing;
using Payments.Tests;

namespace FunctionsConsumers.SimulationTests.Testing;

/// <summary>The package for users' own planners finds what such a planner may do wrong, and nothing where it does nothing wrong.</summary>
public sealed class HistoriesCheckTests(ITestOutputHelper output)
{
    private const string Group = "ledger";

    private static readonly Payment[] Payments = [new("p-1", 1250), new("p-2", 990), new("p-3", 100)];

    [Fact]
    public void A_pure_planner_passes_and_the_report_says_what_it_went_through()
    {
        var report = Histories.Check(
            new Ledger(), PaymentJson.Default.Payment, payment => payment.Id, Payments, new HistoryOptions { Count = 300 });

        output.WriteLine(
            $"figures: package for tests: {report.Histories} histories of one planner, {report.Steps} steps, {report.Happenings}");
        Assert.Equal(300, report.Histories);
        Assert.True(report.Steps > 10_000, "The histories are too short to say anything.");
    }

    [Fact]
    public void A_planner_that_reads_the_clock_is_caught_and_its_history_is_printed()
    {
        var failure = Fails(new Planned(payment => new Plan { Effect = { ["Cents"] = payment.Cents, ["At"] = DateTimeOffset.UtcNow } }));

        Assert.Contains("plans events:", failure, StringComparison.Ordinal);
        Assert.Contains("differently each time it is asked: before 'effect At = ", failure, StringComparison.Ordinal);
        Assert.Matches(new Regex(@"^ +\d+ +\d+\.\d\d h\d\.\d +takes \[", RegexOptions.Multiline), failure);
        Assert.EndsWith("Run it again: set EFFECTIVELY_ONCE_SEED=1 and start this test alone; the other histories are left out.", failure,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_planner_that_reads_only_the_day_is_caught_by_the_clock_it_is_given() =>
        Assert.Contains("differently each time it is asked", Fails(time => new Planned(payment =>
            new Plan
            {
                Effect = { ["Cents"] = payment.Cents, ["Day"] = time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) },
            })), StringComparison.Ordinal);

    [Fact]
    public void A_planner_that_draws_ids_is_caught() =>
        Assert.Contains(
            "message 0 mail", Fails(new Planned(_ => new Plan { Messages = [new PlannedMessage("mail", Guid.NewGuid().ToByteArray())] })),
            StringComparison.Ordinal);

    [Fact]
    public void What_differs_in_a_record_for_a_topic_is_told_as_text() => Assert.Matches(
        "before 'message 0 topic receipts key none value 'receipt [0-9a-f-]{36}'', on h",
        Fails(new Planned(_ => new Plan
        {
            Messages = [PlannedMessage.ToTopic("receipts", null, Encoding.UTF8.GetBytes($"receipt {Guid.NewGuid()}"))],
        })));

    [Fact]
    public void A_planner_that_remembers_is_caught()
    {
        var sequence = 0L;

        Assert.Contains("effect Number = ",
            Fails(new Planned(_ => new Plan { Effect = { ["Number"] = Interlocked.Increment(ref sequence) } })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_planner_that_remembers_what_it_has_seen_is_caught_though_it_says_the_same_from_its_second_word_on()
    {
        var seen = new HashSet<string>();
        var planner = new Planned(payment => new Plan { Effect = { ["IsFirst"] = seen.Add(payment.Id) } });

        var failure = Assert.Throws<HistoryFailedException>(
            () => Histories.Check(
                planner, PaymentJson.Default.Payment, payment => payment.Id, Payments, new HistoryOptions { Count = 20 }));
        Assert.Contains("before 'effect IsFirst = 'True'', on h", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_planner_that_numbers_what_its_process_sees_is_caught_where_each_process_life_has_its_own()
    {
        static Planned Numbering(TimeProvider time)
        {
            var numbers = new Dictionary<string, int>();
            return new Planned(payment => new Plan
            {
                Effect = { ["Number"] = numbers.TryGetValue(payment.Id, out var number) ? number : numbers[payment.Id] = numbers.Count },
            });
        }

        var failure = Assert.Throws<HistoryFailedException>(() => Histories.CheckHosts(
            Numbering, PaymentJson.Default.Payment, payment => payment.Id, Payments, new HistoryOptions { Count = 200 }));
        Assert.Contains("before 'effect Number = ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_planner_that_gives_two_subjects_one_row_is_caught()
    {
        // Together in a transaction they are one row twice; one after the other, the second is refused for good.
        var failure = Fails(new Planned(_ => new Plan { Inserts = [new RowInsert("day!today", new Dictionary<string, object>())] }));

        Assert.Matches(new Regex("InvalidDuplicateRow: day!today|is dead-lettered as 'refused'"), failure);
    }

    [Fact]
    public void A_plan_that_the_library_refuses_is_told_before_anything_happens()
    {
        var failure = Fails(new Planned(_ => new Plan { Effect = { ["RowKey"] = "x" } }));

        Assert.StartsWith("seed 1: events:", failure, StringComparison.Ordinal);
        Assert.Contains("can only be a dead letter, 'refused': ", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_that_the_library_refuses_passes_where_the_test_says_that_it_is_meant()
    {
        var options = new HistoryOptions { Count = 50, ExpectedReasons = ["too-wide"] };
        var wide = new Planned(payment => new Plan
        {
            Inserts = payment.Cents < 1000
                ? []
                : [.. Enumerable.Range(0, 100)
                    .Select(row => new RowInsert(RowKey.OfSubject("row", $"{payment.Id}-{row}"), new Dictionary<string, object>()))],
        });

        Assert.Equal(50, Histories.Check(wide, PaymentJson.Default.Payment, payment => payment.Id, Payments, options).Histories);
    }

    [Fact]
    public void What_the_decoder_rejects_becomes_a_dead_letter_and_two_events_on_one_subject_a_conflict()
    {
        SentRecord[] records = [Sent("""{"id":"p-1","cents":5}"""), Sent("no json"), Sent("""{"cents":1}"""),
            Sent("""{"id":"p-1","cents":6}"""), new(null)];

        Assert.Equal(
            200, Histories.CheckRecords(new Ledger(), new PaymentDecoder(), records, new HistoryOptions { Count = 200 }).Histories);
    }

    [Fact]
    public void A_message_of_a_kind_that_parks_is_never_received_twice_and_one_that_is_resent_never_missed()
    {
        var sends = new Planned(payment =>
            new Plan { Messages = [new PlannedMessage("pay", Encoding.UTF8.GetBytes(payment.Id)), new PlannedMessage("mail", [])] });

        Assert.Equal(200, Histories.Check(sends, PaymentJson.Default.Payment, payment => payment.Id, Payments,
            new HistoryOptions { Count = 200, ParkedKinds = ["pay"] }).Histories);
    }

    [Fact]
    public void The_seed_that_a_failure_names_fails_again_by_itself_with_the_same_history()
    {
        // The second host's planner differs from the others', so that not every history finds it.
        static Planned Planner(TimeProvider time) =>
            new(payment => new Plan { Effect = { ["Minute"] = (long)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalHours } });
        var failure = Fails(Planner);
        var seed = int.Parse(Regex.Match(failure, @"^seed (\d+)").Groups[1].ValueSpan, CultureInfo.InvariantCulture);

        Assert.Equal(failure, Fails(Planner, new HistoryOptions { FirstSeed = seed, Count = 1 }));
    }

    private static SentRecord Sent(string value) => new(Encoding.UTF8.GetBytes(value));

    private static string Fails(Planned planner) => Fails(_ => planner);

    private static string Fails(Func<TimeProvider, Planned> planner, HistoryOptions? options = null)
    {
        SentRecord[] records = [.. Payments.Select(payment => Sent($$"""{"id":"{{payment.Id}}","cents":{{payment.Cents}}}"""))];
        return Assert.Throws<HistoryFailedException>(() =>
            Histories.CheckRecordsOnHosts(planner, new PaymentDecoder(), records, options)).Message;
    }

    private sealed class Planned(Func<Payment, Plan> plan) : IEventPlanner<Payment>
    {
        public static string Group => HistoriesCheckTests.Group;

        public static string EffectKind => "entry";

        public Plan Plan(Payment @event, EventIdentity identity) => plan(@event);
    }

    private sealed class PaymentDecoder : IEventDecoder<Payment>
    {
        public Decoded<Payment> Decode(ConsumedRecord record)
        {
            try
            {
                return System.Text.Json.JsonSerializer.Deserialize(record.Value ?? [], PaymentJson.Default.Payment)
                    is { Id: not null } payment
                    ? new Decoded<Payment>(payment, payment.Id, null, null)
                    : new Decoded<Payment>(null, null, null, new Rejection("no-payment", "It has no id."));
            }
            catch (System.Text.Json.JsonException broken)
            {
                return new Decoded<Payment>(null, null, null, new Rejection("no-payment", broken.Message));
            }
        }

        public ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
