using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Progress;

/// <summary>
/// What a group has finished of a partition: a floor, below which nothing is ever touched, and the finished offsets above
/// it. Two views of one partition are merged by union, so that no owner's writing undoes another's.
/// </summary>
/// <param name="TopicId">The topic's id when the floor was set; null where the broker does not tell.</param>
/// <param name="Floor">The offset at which the group began.</param>
/// <param name="Finished">The finished offsets.</param>
/// <param name="Lost">How many records the broker dropped before they were healed.</param>
/// <param name="Incarnation">An id of the row's own, where the broker did not tell the topic's when the floor was set.</param>
/// <param name="IsYoung">Whether batches of a topic that had the name before may still be in somebody's hands.</param>
internal sealed record PartitionProgress(
    string? TopicId, long Floor, OffsetIntervals Finished, long Lost, string? Incarnation = null, bool IsYoung = false)
{
    private const string TopicIdColumn = "TopicId";
    private const string IncarnationColumn = "Incarnation";
    private const string FloorColumn = "Floor";
    private const string FinishedColumn = "Finished";
    private const string LostColumn = "Lost";
    private const string YoungColumn = "Young";

    // A column takes 32 K characters. More gaps than fit are a partition that lost its way; the audit then closes the
    // lowest ones first, and what does not fit is only asked of the tables again.
    private const int MaxText = 30_000;

    /// <summary>
    /// Which of the topics that had this name the progress is about. Offsets that were finished in one are not finished in
    /// another: a note is written down only where it is about the row's own.
    /// </summary>
    public string Epoch => Incarnation ?? TopicId ?? "";

    /// <summary>Whether this is the progress of a topic that was removed and made anew under the same name.</summary>
    /// <param name="topicId">The topic's id now; null where the broker does not tell.</param>
    /// <param name="logEnd">The partition's end now.</param>
    /// <returns>Whether it is another topic's.</returns>
    public bool IsOfAnotherTopic(string? topicId, long logEnd) =>
        topicId is not null && TopicId is not null ? !string.Equals(topicId, TopicId, StringComparison.Ordinal) : logEnd < Finished.End;

    /// <summary>Adds what another view has finished.</summary>
    /// <param name="other">The other view, of the same topic.</param>
    /// <returns>The union.</returns>
    public PartitionProgress Merge(PartitionProgress other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var union = OffsetIntervals.Parse(Finished.ToString());
        union.Add(other.Finished);
        return this with { Finished = union, Lost = Math.Max(Lost, other.Lost) };
    }

    /// <summary>Reads the row of a partition.</summary>
    /// <param name="row">The row.</param>
    /// <returns>The progress.</returns>
    /// <exception cref="FormatException">The row is in a format that is not known; without its floor nothing may be touched.</exception>
    public static PartitionProgress Read(Row row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new PartitionProgress(
            row.Text(TopicIdColumn),
            row.Number(FloorColumn) ?? throw new FormatException(
            $"Row '{row.RowKey}' of the progress has no {FloorColumn} that this version can read."),
            OffsetIntervals.Parse(row.Text(FinishedColumn)),
            row.Number(LostColumn) ?? 0,
            row.Text(IncarnationColumn),
            row.Columns.GetValueOrDefault(YoungColumn) is true);
    }

    /// <summary>The columns of the partition's row.</summary>
    /// <returns>The columns.</returns>
    public IReadOnlyDictionary<string, object> ToColumns()
    {
        var text = Finished.ToString();
        var columns = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [FloorColumn] = Floor,
            [FinishedColumn] = text.Length <= MaxText ? text : text[..text.LastIndexOf(',', MaxText)],
            [LostColumn] = Lost,
        };
        if (TopicId is not null)
        {
            columns[TopicIdColumn] = TopicId;
        }

        if (Incarnation is not null)
        {
            columns[IncarnationColumn] = Incarnation;
        }

        if (IsYoung)
        {
            columns[YoungColumn] = true;
        }

        return columns;
    }
}
