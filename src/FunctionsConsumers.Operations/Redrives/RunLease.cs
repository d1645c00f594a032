using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations.DeadLetters;

namespace FunctionsConsumers.Operations.Redrives;

/// <summary>
/// The row <c>run</c> of a group's redrives: who redrives now, how far that is, and from where the topic is to be searched for
/// what a run that died has sent. The invariant: of two runs one has the row, and writes nothing once it has lost it. A run
/// that is taken over was silent for a whole lease of the clock of the one that takes it; it beats before it sends, and
/// gives each sending less than half of the lease.
/// </summary>
internal sealed class RunLease
{
    /// <summary>How long a run may be silent.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(12);

    private const string RowKeyOfRun = "run";
    private const string State = "State";
    private const string Running = "running";
    private const string Done = "done";
    private const string Run = "Run";
    private const string Ends = "Ends";

    private readonly ITableStore _table;
    private readonly string _group;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, object> _columns;
    private string _etag;

    private RunLease(ITableStore table, string group, TimeProvider time, Dictionary<string, object> columns, string etag) =>
        (_table, _group, _time, _columns, _etag) = (table, group, time, columns, etag);

    /// <summary>The id of the run.</summary>
    public string Id => (string)_columns[Run];

    /// <summary>
    /// Where the topic is to be searched from for what runs before may have sent: offsets by partition; null where there were none.
    /// </summary>
    public IReadOnlyDictionary<int, long>? SearchFrom { get; private init; }

    /// <summary>Takes the row.</summary>
    /// <exception cref="OperationException">Another run has it.</exception>
    public static async Task<RunLease> TakeAsync(
        ITableStore table, string group, string by, TimeProvider time, Action<string> say, CancellationToken cancellationToken)
    {
        var before = await ReadAsync(table, group, cancellationToken);
        if (before?.Text(State) == Running)
        {
            say($"a redrive of {group} by {before.Text("By")} has not ended; waiting {Length.TotalSeconds:0} s to see whether "
                + "it still runs");
            await Task.Delay(Length, time, cancellationToken);
            var now = await ReadAsync(table, group, cancellationToken);
            if (now is not null && now.ETag != before.ETag && now.Text(State) == Running)
            {
                throw new OperationException(string.Create(CultureInfo.InvariantCulture,
                    $"a redrive of {group} by {now.Text("By")} is running ({now.Number("Sent") ?? 0} sent so far): "
                        + $"wait until it has ended, and ask again"));
            }

            before = now;
        }

        var columns = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [State] = Running,
            [Run] = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture),
            ["By"] = by,
            ["StartedAt"] = time.GetUtcNow(),
            ["BeatAt"] = time.GetUtcNow(),
            ["Sent"] = 0,

            // What is behind these offsets is searched for claims that are left; they move on once none is.
            [Ends] = before?.Text(Ends) ?? "",
        };
        var operation = before is null
            ? RowOperation.Insert(RowKeyOfRun, columns)
            : RowOperation.Replace(RowKeyOfRun, columns, before.ETag);
        var lease = new RunLease(table, group, time, columns, "") { SearchFrom = before is null ? null : ParseEnds(before.Text(Ends)) };
        await lease.WriteAsync(operation, cancellationToken);
        return lease;
    }

    /// <summary>Notes the ends of the topic's log: from here on nothing of an earlier run is open.</summary>
    /// <exception cref="OperationException">Another run has taken the row.</exception>
    public Task BeginAsync(IEnumerable<(int Partition, long End)> ends, CancellationToken cancellationToken)
    {
        _columns[Ends] = string.Join(',', ends.Select(end => string.Create(CultureInfo.InvariantCulture, $"{end.Partition}:{end.End}")));
        return BeatAsync(0, cancellationToken);
    }

    /// <summary>Says that the run is alive, before it sends.</summary>
    /// <exception cref="OperationException">Another run has taken the row.</exception>
    public Task BeatAsync(int sent, CancellationToken cancellationToken)
    {
        _columns["Sent"] = sent;
        _columns["BeatAt"] = _time.GetUtcNow();
        return WriteAsync(RowOperation.Replace(RowKeyOfRun, _columns, _etag), cancellationToken);
    }

    /// <summary>Says that the run has ended.</summary>
    public Task EndAsync(int sent, CancellationToken cancellationToken)
    {
        _columns[State] = Done;
        _columns["EndedAt"] = _time.GetUtcNow();
        return BeatAsync(sent, cancellationToken);
    }

    private static async Task<Row?> ReadAsync(ITableStore table, string group, CancellationToken cancellationToken) =>
        (await table.ReadAsync(LetterRows.PartitionOf(group), [RowKeyOfRun], null, cancellationToken)).GetValueOrDefault(RowKeyOfRun);

    private static Dictionary<int, long> ParseEnds(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(end => end.Split(':'))
        .ToDictionary(end => int.Parse(end[0], CultureInfo.InvariantCulture), end => long.Parse(end[1], CultureInfo.InvariantCulture));

    // Not a plain success says nothing: what stands there does. The columns of one run differ from beat to beat in their time.
    private async Task WriteAsync(RowOperation operation, CancellationToken cancellationToken)
    {
        var result = await _table.SubmitAsync(LetterRows.PartitionOf(_group), [operation], cancellationToken);
        if (result.Status == SubmitStatus.Committed)
        {
            _etag = result.ETags[0]!;
            return;
        }

        if (result.Status is SubmitStatus.Refused or SubmitStatus.Misconfigured)
        {
            throw new SettingException(result.Detail ?? "The table service refused the request.", result.Failure);
        }

        var row = await ReadAsync(_table, _group, cancellationToken);
        if (row?.Text(Run) == Id
            && row.Columns.GetValueOrDefault("BeatAt") is DateTimeOffset beat
            && beat == (DateTimeOffset)_columns["BeatAt"])
        {
            _etag = row.ETag;
            return;
        }

        throw row is not null && row.Text(Run) != Id
            ? new OperationException(
                $"another redrive of {_group}, by {row.Text("By")}, has taken over: nothing was lost; look with fc dead-letters list")
            : new StoreUnavailableException(
                $"The run of the redrive of '{_group}' could not be written: {result.Detail}; call the same command again.",
                result.Failure);
    }
}
