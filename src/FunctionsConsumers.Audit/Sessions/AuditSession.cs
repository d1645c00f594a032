using System.Globalization;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.Audit.Verdicts;

namespace FunctionsConsumers.Audit.Sessions;

/// <summary>
/// Reads topic and tables, waits until the groups stand at the end seen when it began, and has what was read judged.
/// Takes nothing from the consumers but what they left in the tables and their committed offsets.
/// </summary>
/// <param name="services">Where topic and tables are.</param>
/// <param name="groups">The groups to audit.</param>
internal sealed class AuditSession(AuditedServices services, IReadOnlyList<string> groups)
{
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(250);

    /// <summary>Audits.</summary>
    /// <param name="since">The first offset of each partition; null for the log's start.</param>
    /// <param name="wait">How long to wait for the groups, and then for their outboxes.</param>
    /// <param name="cancellationToken">Ends the audit.</param>
    /// <returns>The outcome.</returns>
    /// <exception cref="AuditException">Topic or tables could not be read.</exception>
    public async Task<AuditOutcome> RunAsync(IReadOnlyDictionary<int, long>? since, TimeSpan wait, CancellationToken cancellationToken)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        var tables = new TableReader(services.Tables);
        using var reader = new TopicReader(services.Kafka, services.BeforeAsking);
        using var offsets = new GroupOffsets(services.Kafka);
        using var spill = new Spill();

        var held = await Task.Run(() => reader.Offsets(services.Topic), cancellationToken);
        var gone = Gone(held, since);
        var log = new LogReading(services.Topic, groups, spill);
        await Task.Run(() => ReadLog(log, reader, held, since, cancellationToken), cancellationToken);
        gone = Gone(await Task.Run(() => reader.Offsets(services.Topic), cancellationToken), since, held) ?? gone;

        bool IsTimeOver() => TimeProvider.System.GetElapsedTime(deadline) >= wait;
        var committed = await UntilAsync(
            () => CommittedAsync(offsets, log), all => Behind(log, all) is null, IsTimeOver, cancellationToken);
        var behind = Behind(log, committed);
        if (behind is null)
        {
            // Dead letters and mails leave after the commit; what never leaves shows in the result.
            await UntilAsync(() => HasOutboxAsync(tables, cancellationToken), found => !found, IsTimeOver, cancellationToken);
        }

        try
        {
            return await JudgeAsync(new Readings(reader, tables, log), committed, gone, behind, cancellationToken);
        }
        catch (AuditException failure) when (gone is not null)
        {
            throw new AuditException($"offsets that the broker no longer holds cannot be audited: {gone}; and {failure.Message}", failure);
        }
    }

    private void ReadLog(LogReading log, TopicReader reader, IReadOnlyList<PartitionOffsets> held,
        IReadOnlyDictionary<int, long>? since, CancellationToken cancellationToken)
    {
        var ranges = new List<PartitionOffsets>(held.Count);
        foreach (var partition in held)
        {
            var asked = since?.GetValueOrDefault(partition.Partition) ?? 0;
            ranges.Add(partition with { Start = Math.Max(partition.Start, asked) });
            log.Cover(partition.Partition, asked, Math.Max(partition.Start, asked), partition.End);
        }

        reader.Read(
            services.Topic,
            ranges,
            record => log.Add(
            record.Partition, record.Offset, record.Message.Timestamp.UtcDateTime, record.Message.Value, record.Message.Headers),
            cancellationToken);
    }

    private async Task<AuditOutcome> JudgeAsync(
        Readings readings, Dictionary<string, IReadOnlyDictionary<int, long>> committed, string? gone, string? behind,
        CancellationToken cancellationToken)
    {
        var (reader, tables, log) = readings;
        var catalog = await tables.ReadCatalogAsync(cancellationToken);
        var findings = new List<Finding>();
        var reports = new List<GroupReport>(groups.Count);
        long unaudited = 0;
        foreach (var group in groups)
        {
            // One table at a time: what was read of one is let go before the next.
            using var table = await tables.ReadAsync(group, log.Spill, cancellationToken);
            var ends = await Task.Run(() => reader.Offsets(services.Topic), cancellationToken);
            var position = new GroupPosition(
                committed[group], ends.ToDictionary(partition => partition.Partition, partition => partition.End));
            var (report, unknown) = Verdict.Judge(log, catalog, table, position, findings, cancellationToken);
            reports.Add(report);
            unaudited += unknown;
        }

        var (distinct, poison) = Verdict.Count(log, catalog, cancellationToken);
        var sentence = Verdict.Sentence(services.Topic, reports, unaudited, gone, behind);
        return new AuditOutcome(
            new AuditReport(services.Topic, log.RecordCount, distinct, poison, unaudited, findings, reports, sentence,
            reports.TrueForAll(report => report.Ok)), gone, behind);
    }

    private async Task<Dictionary<string, IReadOnlyDictionary<int, long>>> CommittedAsync(GroupOffsets offsets, LogReading log)
    {
        List<int> partitions = [.. log.Ranges.Keys];
        var committed = await Task.WhenAll(groups.Select(group =>
            Task.Factory.StartNew(() => offsets.Committed(group, log.Topic, partitions), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return groups.Zip(committed).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private async Task<bool> HasOutboxAsync(TableReader tables, CancellationToken cancellationToken)
    {
        foreach (var group in groups)
        {
            if (await tables.HasOutboxAsync(group, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<T> UntilAsync<T>(
        Func<Task<T>> ask, Func<T, bool> isGood, Func<bool> isTimeOver, CancellationToken cancellationToken)
    {
        while (true)
        {
            var answer = await ask();
            if (isGood(answer) || isTimeOver())
            {
                return answer;
            }

            await Task.Delay(BetweenQuestions, cancellationToken);
        }
    }

    // A group that has committed what follows the last record has nothing left to do: control records are nobody's.
    private string? Behind(LogReading log, Dictionary<string, IReadOnlyDictionary<int, long>> committed)
    {
        var behind = groups
            .Select(group => (Group: group,
                Lag: log.Ranges.Sum(range => Math.Max(0,
                range.Value.AfterLastRecord - Math.Max(range.Value.Start, committed[group].GetValueOrDefault(range.Key))))))
            .Where(group => group.Lag > 0)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Group} {group.Lag}"))
            .ToList();
        return behind.Count == 0 ? null : string.Join(", ", behind);
    }

    private string? Gone(
        IReadOnlyList<PartitionOffsets> held, IReadOnlyDictionary<int, long>? since, IReadOnlyList<PartitionOffsets>? before = null)
    {
        var gone = held
            .Where(partition => partition.Start > Math.Max(since?.GetValueOrDefault(partition.Partition) ?? 0,
                before?.FirstOrDefault(was => was.Partition == partition.Partition).Start ?? 0))
            .Select(partition => string.Create(CultureInfo.InvariantCulture,
                $"{services.Topic}:{partition.Partition} below {partition.Start}"))
            .ToList();
        return gone.Count == 0 ? null : string.Join(", ", gone);
    }

    private sealed record Readings(TopicReader Reader, TableReader Tables, LogReading Log);
}

/// <summary>What an audit came to.</summary>
/// <param name="Report">The numbers.</param>
/// <param name="Gone">Offsets that the broker no longer holds; null where it holds all that was asked about.</param>
/// <param name="Behind">The groups that did not reach the end in time, with their records to go; null where all did.</param>
internal sealed record AuditOutcome(AuditReport Report, string? Gone = null, string? Behind = null)
{
    /// <summary>Whether all that was asked about could be audited; without it the result is neither good nor bad.</summary>
    public bool IsWhole => Gone is null && Behind is null;
}
