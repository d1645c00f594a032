using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;

namespace FunctionsConsumers.Audit.Verdicts;

/// <summary>A table's dead letters by the shares of the records that they name: a row says where its record stands, and no more.</summary>
internal sealed class DeadLetterShares : IDisposable
{
    private readonly EntryWriter _writer = new();
    private readonly SpilledShares _letters;
    private byte[] _buffer = [];

    /// <summary>Brings the dead letters to their shares.</summary>
    /// <param name="log">What was read from the topic.</param>
    /// <param name="table">What was read from the group's table.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public DeadLetterShares(LogReading log, TableReading table, CancellationToken cancellationToken)
    {
        _letters = new SpilledShares(log.Spill);
        for (var share = 0; share < Spill.Shares; share++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var ((topic, partition, offset), fingerprint) in table.DeadLetters(share))
            {
                if (topic == log.Topic && log.Find(partition, offset) is { } record)
                {
                    _writer.Begin();
                    _writer.Number(partition);
                    _writer.Number(offset);
                    _writer.Fingerprint(fingerprint);
                    _letters.Append(record.Share, _writer.Written);
                }
            }
        }
    }

    /// <summary>Gives back a share.</summary>
    /// <param name="share">The share, from 0.</param>
    /// <returns>The coordinates of its dead letters, and the rows' fingerprints; null where a row has none.</returns>
    public IReadOnlyDictionary<(int Partition, long Offset), Fingerprint?> Share(int share)
    {
        var letters = new Dictionary<(int Partition, long Offset), Fingerprint?>();
        var reader = new EntryReader(_letters.ReadAll(share, ref _buffer), _writer.Known);
        while (!reader.IsAtEnd)
        {
            letters[((int)reader.Number(), reader.Number())] = reader.Fingerprint();
        }

        return letters;
    }

    /// <inheritdoc />
    public void Dispose() => _letters.Clear();
}
