using FunctionsConsumers.EffectivelyOnce.Testing.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <content>
/// What can happen next in a small world. A request is handled and answered in one step: an answer that comes later is the
/// same as an owner that goes on later, and a crash after the commit is a late commit of the crashed owner.
/// </content>
internal sealed partial class World
{
    private int _rebalancesLeft;
    private int _sweepsLeft;
    private int _clockMovesLeft;
    private int _skipsLeft;
    private int _auditsLeft;

    /// <summary>A digest of everything that decides what can happen from here on.</summary>
    public ulong State()
    {
        var digest = 14695981039346656037UL;
        var rows = Table.Partitions.Order(StringComparer.Ordinal).SelectMany(bucket => Table.Rows(bucket).Values);
        foreach (var row in rows.Concat(Progress.Rows(Consumer.Group).Values))
        {
            Add(row.RowKey);
            Add(row.ETag);
        }

        foreach (var part in Operations.Select(operation => $"{operation.Life.Name} {operation.Label} {operation.Phase}")
            .Concat(_late.Select(late => $"{late.Sender} {late.Delivery} {late.PartitionKey} "
                + $"{string.Join(' ', late.Operations.Select(operation => operation.Kind + operation.RowKey + operation.ETag))}"))
            .Concat(_lateMessages.Select(message => message.Message.Id)).Order(StringComparer.Ordinal))
        {
            Add(part);
        }

        foreach (var life in _hosts)
        {
            Add(life is null or { IsGone: true } ? "gone" : $"{life.Name} {life.Observed} {life.Delivery} {life.IsIdle} {life.CanTake} "
                + $"{life.CanCommit} {life.CanDispatch} {life.Time.Timers.Count}");
        }

        Add($"{_lives} {_faultsLeft} {_rebalancesLeft} {_sweepsLeft} {_clockMovesLeft} {_skipsLeft} {_auditsLeft} {Clock.Now.Ticks} "
            + $"{Oracle.State}");
        Add(string.Join(' ', Log.Committed) + string.Join(' ', Log.End) + string.Join(' ', Log.Owner.Select(owner => owner?.Name)));
        return digest;

        void Add(string text)
        {
            foreach (var c in text)
            {
                digest = (digest ^ c) * 1099511628211UL;
            }

            digest = (digest ^ '\n') * 1099511628211UL;
        }
    }

    /// <summary>Everything is produced, and two owners are there: the first has all partitions.</summary>
    private void BeginSmall()
    {
        for (var partition = 0; partition < Log.End.Length; partition++)
        {
            Log.End[partition] = Log.Partitions[partition].Count;
        }

        for (var slot = 0; slot < _hosts.Count; slot++)
        {
            StartSmall(slot);
        }

        if (Setting.KeepsProgress)
        {
            Plainly(owner => owner.Begin());
        }

        if (Setting.Small!.Sends)
        {
            // The records are handled and committed in their plain course: what is explored begins with their messages.
            Plainly(owner => owner.Take());
            _hosts[0]!.Commit();
        }
    }

    private void Plainly(Action<Life> act)
    {
        var (choices, faults) = (Choices, _faultsLeft);
        Choices = new RandomChoices(new Random(1));
        _faultsLeft = 0;
        act(_hosts[0]!);
        while (Operations.Count > 0)
        {
            Operations[0].Act();
        }

        (Choices, _faultsLeft) = (choices, faults);
    }

    private void StartSmall(int slot)
    {
        var life = new Life(this, $"h{slot}.{++_lives}");
        Note(life.Name, $"starts");
        _hosts[slot] = life;
        Inherit(life);
    }

    // What nobody owns goes to an owner that is there.
    private void Inherit(Life life)
    {
        for (var partition = 0; partition < Log.Owner.Length; partition++)
        {
            if (Log.Owner[partition] is null or { IsGone: true })
            {
                Log.Assign(partition, life);
                Note("log", $"p{partition} goes to {life.Name} at {Log.Committed[partition]}");
            }
        }
    }

    private void CollectSmall(SmallWorld small)
    {
        foreach (var operation in Operations)
        {
            May(1, static (_, target) => ((Operation)target!).Act(), operation);
        }

        foreach (var request in _late)
        {
            May(1, static (world, target) => world.HandleLate((TransactionRequest)target!), request);
        }

        foreach (var send in _lateMessages)
        {
            May(1, static (world, target) => world.ReceiveNow((SendOperation)target!), send);
        }

        for (var slot = 0; slot < _hosts.Count; slot++)
        {
            if (_hosts[slot] is not { IsGone: false } life)
            {
                // Where messages are sent, the other owner is enough.
                May(small.Sends || (Log.IsConsumed && Operations.Count == 0) ? 0 : 1,
                    static (world, target) => world.StartSmall((int)target!), slot);
                continue;
            }

            May(Log.Owner.Any(owner => owner!.IsGone) ? 1 : 0, static (world, target) => world.Inherit((Life)target!), life);
            May(Faults.Crash > 0 && !life.IsIdle ? 1 : 0, static (world, target) => world.Crash((Life)target!), life);
            foreach (var timer in life.Time.Timers)
            {
                // Waits end when they like; the deadline does not come.
                May(timer.Due - Clock.Now < Setting.BatchDeadline / 2 ? 1 : 0, static (_, target) => ((SimulatedTimer)target!).Fire(),
                    timer);
            }

            May(life.CanTake ? 1 : 0, static (_, target) => ((Life)target!).Take(), life);
            May(_skipsLeft > 0 && life.CanSkip ? 1 : 0, static (world, target) => world.SkipOnce((Life)target!), life);
            May(_auditsLeft > 0 && life.CanAudit ? 1 : 0, static (world, target) => world.AuditOnce((Life)target!), life);
            May(life.CanCommit ? 1 : 0, static (_, target) => ((Life)target!).Commit(), life);
            // The first owner sends what it wrote, the other one sweeps.
            May(small.Sends && life.CanDispatch ? 1 : 0, static (_, target) => ((Life)target!).Dispatch(), life);
            May(_sweepsLeft > 0 && slot > 0 && life.CanSweep && !Oracle.IsOutboxSettled ? 1 : 0,
                static (world, target) => world.SweepOnce((Life)target!), life);
        }

        May(_rebalancesLeft > 0 && !Log.IsConsumed ? 1 : 0, static (world, _) => world.Exchange(), null);
        May(_clockMovesLeft > 0 && !Oracle.IsOutboxSettled ? 1 : 0, static (world, _) => world.MoveHalfALease(), null);
    }

    private void SweepOnce(Life life)
    {
        _sweepsLeft--;
        life.Sweep();
    }

    private void SkipOnce(Life life)
    {
        _skipsLeft--;
        life.Skip();
    }

    private void AuditOnce(Life life)
    {
        _auditsLeft--;
        life.Audit();
    }

    private void MoveHalfALease()
    {
        _clockMovesLeft--;
        Clock.Now += Setting.Lease / 2;
    }

    // Each partition goes to the other one of two owners.
    private void Exchange()
    {
        _rebalancesLeft--;
        for (var partition = 0; partition < Log.Owner.Length; partition++)
        {
            if (_hosts.Find(host => host is { IsGone: false } && host != Log.Owner[partition]) is { } other)
            {
                Log.Assign(partition, other);
            }
        }
    }
}
