using System.CommandLine;
using System.Globalization;
using System.Text;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.LocalHost.Connections;

namespace FunctionsConsumers.Cli.Traffic;

/// <summary><c>fc produce</c>.</summary>
internal static class ProduceCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="caller">Who calls.</param>
    /// <returns>The command.</returns>
    public static Command Create(Caller caller)
    {
        var count = SharedOptions.Whole("--count", "How many distinct valid orders", 0, 100_000_000);
        count.Required = true;
        var options = new TrafficOptions();
        var command = new Command("produce", "Writes seeded orders to the topic: valid ones, exact resends of them, and poison.")
        {
            count,
        };
        options.AddTo(command);
        return command.Runs(caller, async call =>
        {
            var target = call.Target();
            var plan = options.Plan(call.Given, (int)call.Given.GetValue(count)!.Value);
            call.Terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"{Counted.Of(plan.RecordCount, "record")} for {target.Topic} at {target.Kafka().Brokers}, seed {plan.Seed}"));
            var produced = await ProduceAsync(call, target, plan, call.Given.GetValue(options.Rate));
            if (call.Json)
            {
                call.PrintJson(new ProduceReport(target.Topic, plan.Seed, produced.Records, produced.Orders, produced.Resends,
                    produced.Poison, produced.Failed, Math.Round(produced.Time.TotalSeconds, 3)));
            }
            else
            {
                call.Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{Counted.Of(produced.Records, "record")} produced in {produced.Time.TotalSeconds:0.0} s: "
                    + $"{Counted.Of(produced.Orders, "order")}, {Counted.Of(produced.Resends, "resend")}, {produced.Poison} poison"));
                if (produced.Orders > 0)
                {
                    var first = Encoding.UTF8.GetString(ValidOrders.Make(plan.Seed, 1).Key);
                    call.Terminal.Say($"What becomes of {(plan.Orders == 1 ? "it" : "the first one")}:  ./fc order show {first}");
                }
            }

            if (produced.Failed > 0)
            {
                throw new CommandException(string.Create(CultureInfo.InvariantCulture,
                    $"{produced.Failed} records were not taken by Kafka at {target.Kafka().Brokers}: {produced.Failure}"));
            }

            return produced.CutShort ? throw new CommandException("stopped before all records were produced") : ExitCode.Good;
        });
    }

    /// <summary>Produces a plan's traffic to a topic that is there, under a progress bar.</summary>
    /// <param name="call">The call.</param>
    /// <param name="target">Where to.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="rate">Records a second at most; null for as many as possible.</param>
    /// <returns>What was produced.</returns>
    /// <exception cref="CommandException">The broker does not answer, or there is no such topic.</exception>
    public static async Task<ProducedTraffic> ProduceAsync(Invocation call, Target target, TrafficPlan plan, long? rate)
    {
        using (var reader = target.OpenTopics())
        {
            await Task.Run(() => reader.Offsets(target.Topic), call.Stop);
        }

        return await call.Terminal.WithProgressAsync("Producing", plan.RecordCount, report =>
            TrafficProducer.ProduceAsync(target.Kafka(), target.Topic, plan, rate, report, call.Stop));
    }
}

/// <summary>The options that say what traffic is made.</summary>
/// <param name="duplicates">Resends for each order where nobody says.</param>
internal sealed class TrafficOptions(decimal duplicates = 0)
{
    /// <summary>Resends for each order.</summary>
    public Option<decimal?> Duplicates { get; } = SharedOptions.Ratio(
        "--duplicates", FormattableString.Invariant($"Exact resends for each order: round(N·D) of them (default {duplicates})"));

    /// <summary>Poison for each order.</summary>
    public Option<decimal?> Poison { get; } = SharedOptions.Ratio(
        "--poison", "Records that are no order, of every kind: round(N·P) of them (default 0)");

    /// <summary>The seed.</summary>
    public Option<long?> Seed { get; } = SharedOptions.Whole(
        "--seed", "Decides every byte and the order; order ids derive from it (default random, printed)", 0, long.MaxValue);

    /// <summary>Records a second.</summary>
    public Option<long?> Rate { get; } = SharedOptions.Whole(
        "--rate", "Records a second at most (default as many as possible)", 1, 10_000_000);

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(Duplicates);
        command.Add(Poison);
        command.Add(Seed);
        command.Add(Rate);
    }

    /// <summary>The plan that was asked for.</summary>
    /// <param name="given">The parsed command line.</param>
    /// <param name="orders">How many orders.</param>
    /// <returns>The plan.</returns>
    public TrafficPlan Plan(ParseResult given, int orders) =>
        new(orders, given.GetValue(Duplicates) ?? duplicates, given.GetValue(Poison) ?? 0,
            given.GetValue(Seed) ?? TrafficPlan.RandomSeed());
}

/// <summary>What <c>fc produce --json</c> prints.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Records">Records that the broker took.</param>
/// <param name="Orders">Distinct orders among them.</param>
/// <param name="Duplicates">Exact resends among them.</param>
/// <param name="Poison">Records that are no order among them.</param>
/// <param name="Failed">Records that the broker did not take.</param>
/// <param name="Seconds">From the first record to the last acknowledgement.</param>
internal sealed record ProduceReport(
    string Topic, long Seed, long Records, long Orders, long Duplicates, long Poison, long Failed, double Seconds);
