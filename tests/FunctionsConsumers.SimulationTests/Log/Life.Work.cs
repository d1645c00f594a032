using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.SimulationTests.Tables;

namespace FunctionsConsumers.SimulationTests.Log;

/// <content>What runs in a process life, each until it has to wait.</content>
internal sealed partial class Life
{
    private async Task RunBatchAsync(ConsumedRecord[] batch)
    {
        _inFlight = true;
        World.Note(Name, $"takes [{string.Join(' ', batch.Select(record => record.Coordinates.Partition + ":" + record.Coordinates.Offset))}]");
        try
        {
            var outcome = await _processor.ProcessAsync(batch, _stopping.Token);
            World.Note(Name, $"{outcome}");
            World.Oracle.OnHandled(this, batch, outcome);
            foreach (var (partition, generation) in _batchGenerations)
            {
                if (_partitions[partition] is var state && state.Generation == generation)
                {
                    var next = batch.Where(record => record.Coordinates.Partition == partition).Select(record => (int)record.Coordinates.Offset + 1).DefaultIfEmpty(state.Stored).Max();
                    _partitions[partition] = state with { Stored = next };
                }
            }

            _batch = null;
        }
        catch (Exception failure) when (failure is BatchDeadlineException or SettingException or OperationCanceledException)
        {
            World.Note(Name, $"batch failed: {failure.GetType().Name}");

            // In place, the trigger repeats the batch even where its partitions have gone to another owner.
            if (IsStopping || (World.Choices.Below(4) == 0 && !_batchGenerations.Keys.Any(IsCurrent)))
            {
                _batch = null;
            }
        }
        catch (Exception failure)
        {
            World.Fail($"{Name}: the processor threw {failure}");
        }
        finally
        {
            _inFlight = false;
        }
    }

    private async Task DispatchAsync()
    {
        _dispatching++;
        try
        {
            await _outbox.DispatchAsync(_stopping.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException && IsStopping)
        {
        }
        catch (Exception failure)
        {
            World.Fail($"{Name}: the outbox's dispatch threw {failure}");
        }
        finally
        {
            _dispatching--;
        }
    }

    private async Task SweepAsync()
    {
        _sweeping = true;
        Observe("sweep", "");
        World.Note(Name, $"sweeps");
        try
        {
            await _outbox.SweepAsync(_stopping.Token);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or SettingException || (failure is OperationCanceledException && IsStopping))
        {
            World.Note(Name, $"sweep failed: {failure.GetType().Name}");
        }
        catch (Exception failure)
        {
            World.Fail($"{Name}: the sweep threw {failure}");
        }
        finally
        {
            _sweeping = false;
        }
    }

    private Task<IReadOnlySet<string>> RefreshAsync(CancellationToken cancellationToken)
    {
        var read = new ReadOperation<IReadOnlySet<string>>(
            this, () => "read catalog", () => new HashSet<string>(World.Catalog), catalog => catalog.Count.ToString(CultureInfo.InvariantCulture), cancellationToken);
        World.Operations.Add(read);
        return read.Answer;
    }
}
