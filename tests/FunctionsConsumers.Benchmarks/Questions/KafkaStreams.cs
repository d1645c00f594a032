using System.ComponentModel;
using System.Diagnostics;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;
using FunctionsConsumers.Lab;
using FunctionsConsumers.Lab.Traffic;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>
/// What Kafka Streams costs over a bare consumer of its own, with both of its guarantees; beside it what the library costs over
/// its own. Same broker, same records; each pair decodes alike.
/// </summary>
internal sealed class KafkaStreams : IQuestion
{
    // Streams takes half of the topic: it is the slow side.
    private const int Records = LibraryAgainstLoop.Orders / 2;

    private static readonly string[] Guarantees = ["at_least_once", "exactly_once_v2"];

    public string Name => "streams";

    public string Asks => "what does a guarantee cost?";

    public string Against => "a bare loop that decodes, in the same language";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        if (Bench.KafkaHome is not { } home)
        {
            return [Figure.Missing("KAFKA_HOME names no distribution of Kafka.")];
        }

        var libraries = Path.Combine(Path.GetFullPath(home), "libs");
        var more = Environment.GetEnvironmentVariable("KAFKA_STREAMS") is { Length: > 0 } folder ? Path.GetFullPath(folder) : libraries;
        if (Directory.GetFiles(more, "kafka-streams-*.jar").Order(StringComparer.Ordinal).FirstOrDefault() is not { } jar)
        {
            return [Figure.Missing(
                $"{more} holds no kafka-streams-*.jar: name a whole distribution of Kafka, or with KAFKA_STREAMS a folder that has "
                    + "kafka-streams-*.jar and rocksdbjni-*.jar.")];
        }

        var classes = Directory.CreateTempSubdirectory("bench-streams-").FullName;
        try
        {
            var path = string.Join(Path.PathSeparator, classes, Path.Combine(libraries, "*"), Path.Combine(more, "*"));
            await CompileAsync(Path.Combine(bench.Root, "tests", "FunctionsConsumers.Peers", "Streams", "StreamsPeer.java"), classes, path,
                cancellationToken);
            return await MeasureAsync(bench, path, Path.GetFileNameWithoutExtension(jar), cancellationToken);
        }
        catch (Win32Exception e)
        {
            return [Figure.Missing($"Java is missing ({e.Message}): install Debian's package openjdk-17-jdk-headless.")];
        }
        finally
        {
            Directory.Delete(classes, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(
        Bench bench, string path, string version, CancellationToken cancellationToken)
    {
        await using var kafka = await RealKafka.StartAsync(cancellationToken);
        await kafka.FillTopicAsync(
            LibraryAgainstLoop.Topic, new TrafficPlan(LibraryAgainstLoop.Orders, 0, 0, bench.Seed), cancellationToken);
        await kafka.MakeTopicAsync("invoices");
        await using var java = PeerProcess.Start("java", "-Xmx1g", "-cp", path, "StreamsPeer");
        var ours = new LibraryAgainstLoop();
        List<double> bare = [], library = [], loop = [];
        var streams = Guarantees.ToDictionary(guarantee => guarantee, _ => new List<double>(), StringComparer.Ordinal);
        for (var round = 0; round <= Rounds.Count; round++)
        {
            bare.Add(await RateAsync("bare"));
            foreach (var guarantee in Guarantees)
            {
                streams[guarantee].Add(await RateAsync(guarantee));
            }

            library.Add(await ours.ListenAsync(kafka.Connection, cancellationToken));
            loop.Add(await ours.LoopAsync(kafka.Connection, cancellationToken));
        }

        return
        [
            .. Guarantees.Select(guarantee => Told($"{version}, {guarantee}", new Pair(streams[guarantee][1..], bare[1..]))),
            Told("the library, Kafka to memory", new Pair(library[1..], loop[1..])),
        ];

        async Task<double> RateAsync(string route)
        {
            var brokers = kafka.Connection.Brokers;
            var round = new { route, brokers, topic = LibraryAgainstLoop.Topic, output = "invoices", records = Records };
            return Records / (await java.AskAsync<object, Answer>(round, cancellationToken)).Seconds;
        }
    }

    private static Figure Told(string what, Pair pair) =>
        Figure.Told(what, Figure.Number(pair.Ratio) + " of its bare loop's records/s", pair.Raw("records/s", "bare loop"));

    private static async Task CompileAsync(string source, string classes, string path, CancellationToken cancellationToken)
    {
        using var javac = Process.Start(new ProcessStartInfo("javac", ["-d", classes, "-cp", path, source])
        {
            RedirectStandardError = true,
        })!;
        var errors = await javac.StandardError.ReadToEndAsync(cancellationToken);
        await javac.WaitForExitAsync(cancellationToken);
        if (javac.ExitCode != 0)
        {
            throw new LabException($"{source} cannot be compiled by javac (Java 17 or later): {errors}");
        }
    }

    private sealed record Answer(double Seconds);
}
