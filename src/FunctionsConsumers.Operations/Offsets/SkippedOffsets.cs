using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Operations.Offsets;

/// <summary>
/// The rows that say which offsets a person had a group pass over: in table <c>progress</c>, partition <c>skipped-&lt;group&gt;</c>,
/// a row <c>&lt;topic&gt;:&lt;partition&gt;:&lt;from&gt;</c> for each interval. The library does not read them: it has the interval
/// as finished. They tell what was skipped on purpose from what was lost, and when: records that were written later are of a topic
/// made anew, and nobody has skipped those.
/// </summary>
internal sealed class SkippedOffsets(ITableStore table, string group, string by, TimeProvider time)
{
    private const string From = "From";
    private const string To = "To";

    private string Partition => "skipped-" + group;

    /// <summary>Notes the intervals that a change passes over, and takes back those that it reads again.</summary>
    /// <exception cref="OperationException">Somebody else changes the same rows.</exception>
    public async Task NoteAsync(OffsetPlan plan, CancellationToken cancellationToken)
    {
        foreach (var change in plan.Partitions)
        {
            if (change.Repeated > 0)
            {
                await TakeBackAsync(plan.Topic, change, cancellationToken);
            }
            else if (change.Skipped > 0)
            {
                var rowKey = string.Create(CultureInfo.InvariantCulture, $"{plan.Topic}:{change.Partition}:{change.From}");
                var before = (await table.ReadAsync(Partition, [rowKey], null, cancellationToken)).GetValueOrDefault(rowKey);
                var columns = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["Topic"] = plan.Topic,
                    ["Partition"] = change.Partition,
                    [From] = change.From,
                    [To] = change.To,
                    ["SkippedAt"] = time.GetUtcNow(),
                    ["By"] = by,
                };
                await WriteAsync(
                    before is null ? RowOperation.Insert(rowKey, columns) : RowOperation.Replace(rowKey, columns, before.ETag),
                    cancellationToken);
            }
        }
    }

    // What is read again from some offset on is not skipped any more, from there on.
    private async Task TakeBackAsync(string topic, OffsetChange change, CancellationToken cancellationToken)
    {
        List<RowOperation> operations = [];
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{topic}:{change.Partition}:");
        await foreach (var row in table.ScanAsync(Partition, prefix, null, cancellationToken))
        {
            if (row.Number(From) >= change.To)
            {
                operations.Add(RowOperation.Delete(row.RowKey, row.ETag));
            }
            else if (row.Number(To) > change.To)
            {
                operations.Add(RowOperation.Merge(row.RowKey, new Dictionary<string, object> { [To] = change.To }, row.ETag));
            }
        }

        foreach (var operation in operations)
        {
            await WriteAsync(operation, cancellationToken);
        }
    }

    private async Task WriteAsync(RowOperation operation, CancellationToken cancellationToken)
    {
        var result = await table.SubmitAsync(Partition, [operation], cancellationToken);
        if (result.Status != SubmitStatus.Committed)
        {
            throw new OperationException(
                $"what is skipped of {group} could not be noted in table progress ({result.Status}): "
                    + "its offsets are not changed; ask again");
        }
    }
}
