using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>A consumer of somebody's own and the records it is tried with.</summary>
internal sealed class Trial<TEvent>(
    Func<TimeProvider, IConsumer<TEvent>> consumer, IEventDecoder<TEvent> decoder, IReadOnlyList<SentRecord> records,
    HistoryOptions options)
{
    // More records make a history longer and not more telling: each takes some of them, in order.
    private const int MostRecords = 12;
    private const int OneInSoManyThroughClient = 16;

    /// <summary>Runs the history of a seed.</summary>
    public World Run(int seed, bool tracing)
    {
        var random = new Random(seed);
        var expected = new ExpectedRecords<TEvent>(consumer, decoder, options);
        var setting = SettingOf(seed, random, expected);
        var faults = Faults.Mixed(random);
        var world = new World(
            setting, new RandomChoices(random), setting.NeedsRightClocks ? faults with { WallClockJump = 0 } : faults, tracing);
        world.Note("world", $"seed {seed}: {setting.Records.Sum(partition => partition.Count)} records in {setting.Records.Count} "
            + $"partitions, {setting.Buckets} buckets, "
            + $"{setting.Hosts} hosts{(setting.ThroughClient ? ", through the tables' client" : "")}");
        try
        {
            expected.Require();
            world.Run(100 + random.Next(500));
        }
        catch (PlanningException mistake)
        {
            world.Fail(mistake.Message);
        }
        catch (Exception failure)
        {
            world.Fail(failure.ToString());
        }

        return world;
    }

    private Setting SettingOf(int seed, Random random, ExpectedRecords<TEvent> expected)
    {
        var partitions = new List<LoggedRecord>[1 + random.Next(3)];
        for (var i = 0; i < partitions.Length; i++)
        {
            partitions[i] = [];
        }

        var hasControls = random.Next(4) == 0;
        foreach (var sent in Sent(random))
        {
            var partition = sent.Key is null ? random.Next(partitions.Length) : PartitionOf(sent.Key, partitions.Length);
            if (hasControls && random.Next(4) == 0)
            {
                partitions[partition].Add(ExpectedRecords<TEvent>.Control(partition, partitions[partition].Count));
            }

            partitions[partition].Add(expected.Of(sent, partition, partitions[partition].Count));
        }

        var throughClient = seed % OneInSoManyThroughClient == 0;
        return new Setting
        {
            Seed = seed,
            Consumer = world => new PlannedConsumer<TEvent>(world, expected),
            Records = partitions,
            HasTopicId = random.Next(2) == 0,
            LosesTimestamps = random.Next(4) == 0,
            Grace = TimeSpan.FromSeconds(random.Next(2) * 10),
            Forgets = expected.KeepsKeysAlone && random.Next(3) == 0,
            Buckets = 1 + random.Next(throughClient ? 2 : 3),
            Hosts = 1 + random.Next(3),
            Lease = TimeSpan.FromSeconds(random.Next(2) == 0 ? 60 : 10),
            BatchDeadline = TimeSpan.FromSeconds(random.Next(2) == 0 ? 120 : 2),
            ThroughClient = throughClient,
            IsHosted = random.Next(3) == 0,
        };
    }

    // Some of the records, each of them now and then sent once more, later.
    private List<SentRecord> Sent(Random random)
    {
        List<SentRecord> sent = [.. records];
        while (sent.Count > MostRecords)
        {
            sent.RemoveAt(random.Next(sent.Count));
        }

        for (var place = sent.Count - 1; place >= 0; place--)
        {
            for (var again = random.Next(3) == 0 ? 1 + random.Next(2) : 0; again > 0; again--)
            {
                sent.Insert(place + 1 + random.Next(sent.Count - place), sent[place]);
            }
        }

        return sent;
    }

    private static int PartitionOf(byte[] key, int partitions)
    {
        var hash = 2166136261u;
        foreach (var one in key)
        {
            hash = (hash ^ one) * 16777619u;
        }

        return (int)(hash % (uint)partitions);
    }
}
