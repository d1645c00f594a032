using System.Runtime.CompilerServices;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>
/// A real table seen by a process that loses answers and requests, and dies, when the schedule says so. After its death no call of
/// that process reaches the table any more.
/// </summary>
internal sealed class FaultyStore(ITableStore inner, FaultTally tally) : ITableStore
{
    private Fault? _fault;
    private int _at;
    private int _submitted;
    private volatile bool _dead;

    /// <summary>Says what happens to one of the next transactions.</summary>
    public void Arm(Fault? fault, int among)
    {
        _fault = fault is { Kind: FaultKind.AnswerLost or FaultKind.RequestLost or FaultKind.CrashAmidEffects } ? fault : null;
        _at = fault?.Of(among) ?? 0;
        _submitted = 0;
    }

    /// <inheritdoc />
    public async Task<SubmitResult> SubmitAsync(
        string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        ThrowIfDead();
        var isHit = Interlocked.Increment(ref _submitted) - 1 == _at;
        if (_fault is not { } fault || !isHit)
        {
            return await inner.SubmitAsync(partitionKey, operations, cancellationToken);
        }

        tally.Note(fault.Kind);
        if (fault.Kind != FaultKind.RequestLost)
        {
            await inner.SubmitAsync(partitionKey, operations, cancellationToken);
        }

        _dead = fault.Kind == FaultKind.CrashAmidEffects;
        ThrowIfDead();
        return new SubmitResult(SubmitStatus.Unknown, [], "no answer, by order of the laboratory");
    }

    /// <inheritdoc />
    public Task<IReadOnlyDictionary<string, Row>> ReadAsync(
        string partitionKey, IReadOnlyCollection<string> rowKeys, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        ThrowIfDead();
        return inner.ReadAsync(partitionKey, rowKeys, columns, cancellationToken);
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<Row> ScanAsync(string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfDead();
        await foreach (var row in inner.ScanAsync(partitionKey, rowKeyPrefix, columns, cancellationToken))
        {
            yield return row;
        }
    }

    private void ThrowIfDead()
    {
        if (_dead)
        {
            throw new CrashException();
        }
    }
}
