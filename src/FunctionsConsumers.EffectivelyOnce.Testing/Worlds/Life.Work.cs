using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <content>What runs in a process life, each until it has to wait.</content>
internal sealed partial class Life
{
    private async Task RunBatchAsync(ConsumedRecord[] batch)
    {
        _inFlight = true;
        World.Note(Name, $"takes [{Describe(batch)}]");
        try
        {
            // As the consumer group does it: floors first, progress last.
            var floors = World.Setting.KeepsProgress ? await _progress.EnsureFloorsAsync(batch, _stopping.Token) : null;
            await ProcessAsync(batch, _stopping.Token);
            if (World.Setting.KeepsProgress)
            {
                _progress.Finished(batch, floors);
            }

            Store(batch);
        }
        catch (Exception failure) when (failure is BatchDeadlineException or SettingException or OperationCanceledException or StoreUnavailableException)
        {
            World.Note(Name, $"batch failed: {failure.GetType().Name}");

            // In place, the trigger repeats the batch even where its partitions have gone to another owner.
            if (IsStopping || (World.Choices.Below(4) == 0 && !_batchGenerations.Keys.Any(IsCurrent)))
            {
                _batch = null;
                EndHand();
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

    /// <summary>The real processor, watched: the trigger and the gap audit share it.</summary>
    public async Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
    {
        _delivery.Value = ++Delivery;
        World.Oracle.OnTaken(this);
        var outcome = await _processor.ProcessAsync(records, cancellationToken);
        World.Note(Name, $"[{Describe(records)}]: {outcome}");
        World.Oracle.OnHandled(this, records, outcome);
        return outcome;
    }

    private async Task FlushAsync()
    {
        _flushing = true;
        Observe("flush", "");
        await UpkeepAsync("the progress", () => _progress.FlushAsync(_stopping.Token));
        _flushing = false;
    }

    private async Task AuditAsync()
    {
        _auditing = true;
        BeginHand();
        Observe("audit", "");
        World.Note(Name, $"audits");
        await UpkeepAsync("the audit", async () =>
        {
            var result = await _audit.RunAsync(ModelledLog.Topic, World.Setting.Grace, _stopping.Token);
            World.Note(Name, $"audited: {result}");
            World.Happenings.OnHealed(result.Healed);
        });
        _auditing = false;
        EndHand();
    }

    private async Task ForgetAsync()
    {
        _forgetting = true;
        World.Note(Name, $"forgets");
        await UpkeepAsync("the retention sweep", async () =>
        {
            var forgotten = await _retention.RunAsync(1 + World.Choices.Below(6), _stopping.Token);
            World.Note(Name, $"forgot {forgotten}");
            World.Happenings.OnForgotten(forgotten);
        });
        _forgetting = false;
    }

    // What a timer function does: an answer that does not come ends this round, and the next one goes on.
    private async Task UpkeepAsync(string what, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (failure is StoreUnavailableException or SettingException or BatchDeadlineException || (failure is OperationCanceledException && IsStopping))
        {
            World.Note(Name, $"{what} failed: {failure.GetType().Name}");
        }
        catch (Exception failure)
        {
            World.Fail($"{Name}: {what} threw {failure}");
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

    /// <summary>Asks the world for something that is not in the tables; the answer may fail, or be old when it arrives.</summary>
    public Task<T> Ask<T>(Func<string> label, Func<T> read, Func<T, string> describe, CancellationToken cancellationToken)
        where T : class
    {
        World.OnOwnThread();
        var question = new ReadOperation<T>(this, label, read, describe, cancellationToken);
        World.Operations.Add(question);
        return question.Answer;
    }
}
