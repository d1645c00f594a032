using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <content>What runs in a process life, each until it has to wait.</content>
internal sealed partial class Life
{
    private async Task BeginAsync()
    {
        if (World.Setting.Small is not null)
        {
            if (World.Setting.KeepsProgress)
            {
                await UpkeepAsync("the floors", () => _open.Progress.EnsureFloorsAsync(ModelledLog.Topic, _stopping.Token));
            }

            return;
        }

        try
        {
            await _service.StartAsync(_stopping.Token);
            _started = true;
            _hosted?.Start(_stopping.Token);
        }
        catch (SettingException refusal)
        {
            // Such a host does not start, and is started again by whoever watches over it.
            World.Note(Name, $"does not start: {refusal.Message}");
            End();
        }
        catch (OperationCanceledException) when (IsStopping)
        {
            _started = true;
        }
        catch (Exception failure)
        {
            World.Fail($"{Name}: the start threw {failure}");
        }
    }

    private async Task StopAsync()
    {
        _stopping.Cancel();
        try
        {
            await _service.StopAsync(CancellationToken.None);
            _stopped = true;
        }
        catch (Exception failure)
        {
            World.Fail($"{Name}: the stop threw {failure}");
        }
    }

    private async Task RunBatchAsync(ConsumedRecord[] batch)
    {
        _inFlight = true;
        World.Note(Name, $"takes [{Describe(batch)}]");
        try
        {
            if (_hosted is not null)
            {
                await _hosted.DeliverAsync(batch, _stopping.Token);
                Drop();
                return;
            }

            await ProcessAsync(batch, _stopping.Token);
            Store(batch);
        }
        catch (Exception failure) when (failure is BatchDeadlineException or SettingException or OperationCanceledException
            or StoreUnavailableException)
        {
            World.Note(Name, $"batch failed: {failure.GetType().Name}");

            // In place, the trigger repeats the batch even where its partitions have gone to another owner.
            if (IsStopping || (World.Choices.Below(4) == 0 && !_batchGenerations.Keys.Any(IsCurrent)))
            {
                Drop();
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

    private void Drop()
    {
        _batch = null;
        EndHand();
    }

    /// <summary>The group handles a batch, watched.</summary>
    public Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken) =>
        WatchedAsync(World.Setting.Small is null ? _group.ProcessAsync : ProcessByHandAsync, records, cancellationToken);

    /// <summary>A processor at work, watched: the trigger and the gap audit share it.</summary>
    public async Task<BatchOutcome> WatchedAsync(
        Func<IReadOnlyList<ConsumedRecord>, CancellationToken, Task<BatchOutcome>> process, IReadOnlyList<ConsumedRecord> records,
        CancellationToken cancellationToken)
    {
        _delivery.Value = ++Delivery;
        World.Oracle.OnTaken(this, records);
        var outcome = await process(records, cancellationToken);
        World.Note(Name, $"[{Describe(records)}]: {outcome}");
        World.Oracle.OnHandled(this, records, outcome);
        return outcome;
    }

    // In a small world, as the group does it: floors first, progress last.
    private async Task<BatchOutcome> ProcessByHandAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
    {
        var floors = World.Setting.KeepsProgress ? await _open.Progress.EnsureFloorsAsync(records, cancellationToken) : null;
        var outcome = await _open.Processor.ProcessAsync(records, cancellationToken);
        if (World.Setting.KeepsProgress)
        {
            _open.Progress.Finished(records, floors);
        }

        return outcome;
    }

    private async Task AuditAsync()
    {
        BeginAudit();
        await UpkeepAsync("the audit", () => AuditOnceAsync(World.Setting.Grace, _stopping.Token));
        EndAudit();
    }

    /// <summary>A gap audit, watched.</summary>
    public async Task AuditOnceAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        Observe("audit", "");
        World.Note(Name, $"audits");
        var result = World.Setting.Small is null
            ? await _group.AuditGapsAsync(grace, cancellationToken)
            : await _audit.RunAsync(ModelledLog.Topic, grace, cancellationToken);
        World.Note(Name, $"audited: {result}");
        World.Happenings.On(Happening.RecordHealed, result.Healed);
    }

    /// <summary>From here on records may be in hand that the audit read.</summary>
    public void BeginAudit()
    {
        _auditing = true;
        BeginHand();
    }

    public void EndAudit()
    {
        _auditing = false;
        EndHand();
    }

    private async Task ForgetAsync()
    {
        _forgetting = true;
        World.Note(Name, $"forgets");
        await UpkeepAsync("the retention sweep", () => ForgetOnceAsync(_stopping.Token));
        _forgetting = false;
    }

    /// <summary>A retention sweep, watched.</summary>
    public async Task ForgetOnceAsync(CancellationToken cancellationToken)
    {
        var forgotten = await _group.ForgetAsync(1 + World.Choices.Below(6), cancellationToken);
        World.Note(Name, $"forgot {forgotten}");
        World.Happenings.On(Happening.RowForgotten, forgotten);
    }

    // What a timer function does: an answer that does not come ends this round, and the next one goes on.
    private async Task UpkeepAsync(string what, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (failure is StoreUnavailableException or SettingException or BatchDeadlineException
            || (failure is OperationCanceledException && IsStopping))
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
            await _open.Outbox.DispatchAsync(_stopping.Token);
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
            await _open.Outbox.SweepAsync(_stopping.Token);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or SettingException
            || (failure is OperationCanceledException && IsStopping))
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
