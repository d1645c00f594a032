using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Operations.Redrives;

/// <summary>
/// Redrives letters of one group, parcel by parcel: take their rows, beat, send, note. The invariant: no letter is sent whose
/// row this run has not, and no row is given back whose letter may have been sent.
/// </summary>
internal sealed class GroupRedrive(
    OperatedServices services,
    TopicLog log,
    DeadLetterTopics letters,
    RunLease lease,
    LetterClaims claims,
    RedriveProducer producer)
{
    private const int ParcelBytes = 8 * 1024 * 1024;

    private readonly List<RedriveFailure> _failures = [];
    private int _sent;

    /// <summary>Redrives letters.</summary>
    public async Task<RedriveResult> RunAsync(
        IReadOnlyList<DeadLetterEntry> entries, Action<int> progress, CancellationToken cancellationToken)
    {
        var topic = entries[0].Origin!.Value.Topic;
        var held = await log.RangesAsync(topic, cancellationToken);
        var recovered = await RecoverAsync(topic, held, cancellationToken);
        await lease.BeginAsync(held.Select(range => (range.Partition, range.End)), cancellationToken);
        var partitions = held.Select(range => range.Partition).ToHashSet();
        List<DeadLetterEntry> left = [.. entries.Where(entry => !recovered.Contains(entry.Id))];
        var foreign = 0;
        foreach (var parcel in left.Chunk(TransactionLimits.MaxRows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var contents = await OpenAsync(parcel, cancellationToken);
            var taken = await claims.TakeAsync([.. contents.Select(letter => letter.Entry)], cancellationToken);
            foreign += contents.Count - taken.Count;
            var mine = taken.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
            await SendAsync([.. contents.Where(letter => mine.Contains(letter.Entry.Id))], partitions, cancellationToken);
            progress(recovered.Count + _sent + foreign + _failures.Count);
        }

        await lease.EndAsync(_sent, cancellationToken);
        if (await log.FindAsync(DeadLetter.TopicOf(topic, entries[0].Group), cancellationToken) is { } dead)
        {
            await claims.ForgetAsync(dead.ToDictionary(range => range.Partition, range => range.Start), cancellationToken);
        }

        return new RedriveResult(_sent, entries.Count(entry => recovered.Contains(entry.Id)), foreign, 0, _failures);
    }

    // What a run took and did not say more of, it has sent or not: the topic knows. A search costs reading what came since.
    private async Task<HashSet<string>> RecoverAsync(string topic, IReadOnlyList<PartitionRange> held, CancellationToken cancellationToken)
    {
        var open = await claims.OpenAsync(cancellationToken);
        var found = new HashSet<string>(StringComparer.Ordinal);
        if (open.Count == 0)
        {
            return found;
        }

        var searched = held.Select(range =>
            range with { Start = Math.Max(range.Start, Math.Min(range.End, lease.SearchFrom?.GetValueOrDefault(range.Partition) ?? 0)) });
        await log.ReadAsync(topic, searched, record =>
        {
            if (PlainText.Of(record.LastHeader(LetterReader.OfHeader)) is { } id && open.Contains(id))
            {
                found.Add(id);
            }
        }, cancellationToken);
        foreach (var parcel in open.Chunk(TransactionLimits.MaxRows))
        {
            await claims.SentAsync([.. parcel.Where(found.Contains)], cancellationToken);
            await claims.ReleaseAsync([.. parcel.Where(id => !found.Contains(id))], cancellationToken);
        }

        return found;
    }

    private async Task SendAsync(List<DeadLetterContent> parcel, HashSet<int> partitions, CancellationToken cancellationToken)
    {
        while (parcel.Count > 0)
        {
            // Few where they are large: what is sent has to be with the broker within the lease.
            var bytes = 0L;
            List<DeadLetterContent> some = [.. parcel.TakeWhile(
                (letter, index) => index == 0 || (bytes += letter.Value?.Length ?? 0) < ParcelBytes)];
            parcel = parcel[some.Count..];
            await lease.BeatAsync(_sent, cancellationToken);
            var outcomes = await producer.SendAsync([.. some.Select(letter => (
                letter.Entry.Origin!.Value is var origin && partitions.Contains(origin.Partition)
                    ? new TopicPartition(origin.Topic, origin.Partition)
                    : new TopicPartition(origin.Topic, Partition.Any),
                RedrivenRecord.Of(letter)))]);

            // From here on nothing is broken off: what is known of the letters has to be written down.
            await claims.SentAsync(Ids(some, outcomes, outcome => outcome == SendingOutcome.Sent), CancellationToken.None);
            await claims.ReleaseAsync(
                Ids(some, outcomes, outcome => outcome is SendingOutcome.NotSent or SendingOutcome.TooLarge), CancellationToken.None);
            _sent += outcomes.Count(outcome => outcome.Outcome == SendingOutcome.Sent);
            for (var i = 0; i < some.Count; i++)
            {
                if (outcomes[i].Outcome == SendingOutcome.TooLarge)
                {
                    Failed(some[i].Entry,
                        $"the broker takes no record of its size: raise max.message.bytes of {some[i].Entry.Origin!.Value.Topic}");
                }
            }

            if (outcomes.FirstOrDefault(outcome => outcome.Outcome is SendingOutcome.NotSent or SendingOutcome.Unknown) is { } lost)
            {
                await claims.ReleaseAsync([.. parcel.Select(letter => letter.Entry.Id)], CancellationToken.None);
                throw new OperationException(
                    $"Kafka at {services.Kafka.Brokers} did not take every letter ({lost.Reason}); {_sent} of this group were sent: "
                        + "call the same command again, and it goes on from there");
            }
        }
    }

    private static List<string> Ids(List<DeadLetterContent> parcel, IReadOnlyList<Sending> outcomes, Predicate<SendingOutcome> which) =>
        [.. parcel.Where((_, index) => which(outcomes[index].Outcome)).Select(letter => letter.Entry.Id)];

    // Letters that the broker has dropped, and those whose record is needed and gone, are told of and left.
    private async Task<List<DeadLetterContent>> OpenAsync(IReadOnlyList<DeadLetterEntry> entries, CancellationToken cancellationToken)
    {
        var opened = await letters.OpenAllAsync(entries, cancellationToken);
        var contents = new List<DeadLetterContent>();
        foreach (var entry in entries)
        {
            if (!opened.TryGetValue(entry.Id, out var letter))
            {
                Failed(entry, "the broker has dropped it from the dead-letter topic");
                continue;
            }

            var whole = entry.IsWhole
                ? letter
                : RedrivenRecord.Completed(letter, await OriginalAsync(entry.Origin!.Value, cancellationToken));
            if (whole is null)
            {
                Failed(entry, $"it was too large to carry whole, and its record is no longer at {entry.Origin}");
                continue;
            }

            contents.Add(whole);
        }

        return contents;
    }

    private async Task<ConsumedRecord?> OriginalAsync(Coordinates at, CancellationToken cancellationToken)
    {
        ConsumedRecord? original = null;
        var held = (await log.RangesAsync(at.Topic, cancellationToken)).FirstOrDefault(range => range.Partition == at.Partition);
        if (held.Start <= at.Offset && at.Offset < held.End)
        {
            await log.ReadAsync(
                at.Topic, [new PartitionRange(at.Partition, at.Offset, at.Offset + 1)], record => original = record, cancellationToken);
        }

        return original;
    }

    private void Failed(DeadLetterEntry entry, string reason) =>
        _failures.Add(new RedriveFailure(entry.Group, entry.Origin?.ToString() ?? entry.Id, reason));
}
