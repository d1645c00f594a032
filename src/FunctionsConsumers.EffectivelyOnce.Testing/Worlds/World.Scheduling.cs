using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Retention;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <content>What can happen next, and how likely it is.</content>
internal sealed partial class World
{
    /// <summary>The trigger's maxPollIntervalMs, see host.json.</summary>
    private static readonly TimeSpan MaxPollInterval = TimeSpan.FromMinutes(5);

    private void Collect()
    {
        var timerDue = false;
        foreach (var operation in Operations)
        {
            if (!operation.Life.IsPaused || !operation.OnlyAnswerLeft)
            {
                May(100, static (_, target) => ((Operation)target!).Act(), operation);
            }
        }

        foreach (var request in _late)
        {
            May(40, static (world, target) => world.HandleLate((TransactionRequest)target!), request);
        }

        foreach (var send in _lateMessages)
        {
            May(40, static (world, target) => world.ReceiveNow((SendOperation)target!), send);
        }

        for (var slot = 0; slot < _hosts.Count; slot++)
        {
            if (_hosts[slot] is not { IsGone: false } life)
            {
                May(_settling ? 100 : 10, static (world, target) => world.Start((int)target!), slot);
                continue;
            }

            May(Faults.Crash, static (world, target) => world.Crash((Life)target!), life);
            if (life.IsPaused)
            {
                continue;
            }

            foreach (var timer in life.Time.Timers)
            {
                if (timer.Due <= Clock.Now)
                {
                    timerDue = true;
                    May(100, static (_, target) => ((SimulatedTimer)target!).Fire(), timer);
                }
            }

            May(life.CanTake ? 100 : 0, static (_, target) => ((Life)target!).Take(), life);
            May(life.CanCommit ? 50 : 0, static (_, target) => ((Life)target!).Commit(), life);
            if (Setting.Small is not null)
            {
                // A small world that settles has no loops.
                May(life.CanDispatch ? 60 : 0, static (_, target) => ((Life)target!).Dispatch(), life);
                May(life.CanSweep && !Oracle.IsOutboxSettled ? 12 : 0, static (_, target) => ((Life)target!).Sweep(), life);
            }

            if (Setting.KeepsProgress)
            {
                May(life.CanSkip ? Faults.Skip : 0, static (world, target) => world.Skip((Life)target!), life);
                May(!life.IsHosted && life.CanAudit && (!_settling || (Log.IsConsumed && !Oracle.IsAudited)) ? 12 : 0,
                    static (_, target) => ((Life)target!).Audit(), life);
                May(Setting.Forgets && !life.IsHosted && life.CanForget && !_settling ? 20 : 0,
                    static (_, target) => ((Life)target!).Forget(), life);
            }

            May(life.CanEnd ? 100 : 0, static (world, target) => world.Ended((Life)target!), life);
            May(life.IsStopping ? 0 : Faults.Stop, static (world, target) => world.Stop((Life)target!), life);
            May(Faults.Pause, static (world, target) => world.Pause((Life)target!), life);
            May(Faults.WallClockJump, static (world, target) => world.JumpWallClock((Life)target!), life);
        }

        May(Log.HasMore ? 60 : 0, static (world, _) => world.Produce(), null);
        May(Log.Visible < Log.End.Length ? 6 : 0, static (world, _) => world.Grow(), null);
        May(Faults.Rebalance, static (world, _) => world.Rebalance(), null);
        May(_settling && Log.Owner.Take(Log.Visible).Any(owner => owner is not { IsGone: false, IsStopping: false }) ? 100 : 0,
            static (world, _) => world.Rebalance(), null);
        May(Setting.KeepsProgress ? Faults.Drop : 0, static (world, _) => world.Drop(), null);
        May(Setting.Forgets ? Faults.Age : 0, static (world, _) => world.Age(), null);
        May(CanMakeAnew ? Faults.Anew : 0, static (world, _) => world.MakeAnew(), null);
        May(Faults.Throttle, static (world, _) => world.Throttle(), null);
        May(Faults.Reset, static (world, _) => world.Reset(), null);
        May(Setting.KeepsProgress && Oracle.HasFloors ? Faults.Forward : 0, static (world, _) => world.Forward(), null);
        foreach (var (weight, act) in Consumer.Happenings())
        {
            May(weight, static (_, target) => ((Action)target!)(), act);
        }

        May(timerDue ? 0 : _possible.Count == 0 ? 100 : 12, static (world, _) => world.MoveClock(), null);
    }

    private void May(int weight, Action<World, object?> act, object? target)
    {
        if (weight > 0)
        {
            _possible.Add((weight, act, target));
        }
    }

    private void HandleLate(TransactionRequest request)
    {
        _late.Remove(request);
        if (Choices.Pick([3, 1]) == 0)
        {
            var result = request.Table.Apply(request);
            Note("table", $"late, of {request.Sender}: "
                + $"[{string.Join(' ', request.Operations.Select(operation => operation.RowKey).Take(4))}]: "
                + $"{result.Detail ?? "committed"}");
        }
    }

    private void ReceiveNow(SendOperation send)
    {
        _lateMessages.Remove(send);
        if (Choices.Pick([2, 1]) == 0)
        {
            Note("mail", $"late: {send.Label} of {send.Life.Name}");
            Oracle.OnReceived(send);
        }
    }

    private void Start(int slot)
    {
        var life = new Life(this, string.Create(CultureInfo.InvariantCulture, $"h{slot}.{++_lives}"));
        Note(life.Name, $"starts");
        _hosts[slot] = life;
        life.Begin();
        Rebalance();
    }

    private void Crash(Life life)
    {
        Faulted(true);
        Happenings.On(Happening.Crash);
        Note(life.Name, $"crashes");
        life.End();
    }

    private void Stop(Life life)
    {
        Note(life.Name, $"is asked to stop");
        life.Stop();
    }

    private void Ended(Life life)
    {
        life.Commit();
        Oracle.OnEnded(life);
        life.End();
        Note(life.Name, $"has stopped");
    }

    private void Pause(Life life)
    {
        life.PausedUntil = Clock.Now + (Setting.Lease * (1 + Choices.Below(6)) / 2);
        Note(life.Name, $"pauses until {life.PausedUntil.TotalSeconds:0.00}");
    }

    private void Produce()
    {
        var partition = Choices.Pick(
            [.. Log.Partitions.Select((records, index) => index < Log.Visible ? records.Count - Log.End[index] : 0)]);
        do
        {
            var record = Log.At(partition, Log.End[partition]++);
            Note("log", $"{record.Described}");
        }
        while (Setting.Kind is HistoryKind.LargeBatches && Log.End[partition] < Log.Partitions[partition].Count);
    }

    private void Rebalance()
    {
        Life[] alive = [.. Lives.Where(life => !life.IsStopping)];
        if (alive.Length == 0)
        {
            return;
        }

        for (var partition = 0; partition < Log.Visible; partition++)
        {
            var owner = alive[Choices.Below(alive.Length)];
            if (owner != Log.Owner[partition])
            {
                Log.Assign(partition, owner);
                Happenings.On(Happening.MoveOfAPartition);
                Note("log", $"p{partition} goes to {owner.Name} at {Log.Committed[partition]}");
            }
        }
    }

    private void Grow()
    {
        if (Log.Visible < Log.End.Length)
        {
            Log.Visible = Log.End.Length;
            Happenings.On(Happening.TopicGrown);
            Note("log", $"the topic grows to {Log.Visible} partitions");
            Rebalance();
        }
    }

    private void Reset()
    {
        var partition = Choices.Below(Log.Visible);
        var offset = Choices.Below(Log.Committed[partition] + 1);
        Note("log", $"p{partition} is set back to {offset}");
        Happenings.On(Happening.SetBack);
        Log.Reset(partition, offset);
    }

    // Somebody sets the group forward: the audit handles what it never read.
    private void Forward()
    {
        var partition = Choices.Below(Log.Visible);
        if (!Oracle.HasFloor(partition) || Log.Committed[partition] >= Log.End[partition])
        {
            return;
        }

        Faulted(true);
        var offset = Log.Committed[partition] + 1 + Choices.Below(Log.End[partition] - Log.Committed[partition]);
        Note("log", $"p{partition} is set forward to {offset}");
        Happenings.On(Happening.SetForward);
        Happenings.On(Happening.RecordSkipped, offset - Log.Committed[partition]);
        Log.Commit(partition, offset);
        Log.Assign(partition, Log.Owner[partition]);
    }

    // A group that has its floors in a topic knows it by them when it is made anew.
    private bool CanMakeAnew => Log.Incarnation < Setting.LaterTopics.Count && Oracle.HasFloors && Log.Visible == Log.End.Length;

    private void MakeAnew()
    {
        foreach (var life in Lives.Where(life => life.CanReadAhead && Choices.Below(2) == 0).ToArray())
        {
            life.ReadAhead();
        }

        Oracle.OnDeleted();
        Log.MakeAnew(Setting.LaterTopics[Log.Incarnation]);
        Happenings.On(Happening.TopicMadeAnew);
        Note("log", $"the topic is deleted and made anew, as {Log.TopicId}");
        for (var partition = 0; partition < Log.Owner.Length; partition++)
        {
            // Some members begin at the start of the new one. Others go on at the place where they were in the old one.
            if (Choices.Below(2) == 0)
            {
                Log.Assign(partition, Log.Owner[partition]);
            }
        }
    }

    private void JumpWallClock(Life life)
    {
        Happenings.On(Happening.JumpOfAWallClock);
        life.Time.Skew += TimeSpan.FromSeconds((Choices.Below(5) - 2) * 1000);
    }

    private void Skip(Life life)
    {
        Faulted(true);
        life.Skip();
    }

    // The broker drops the oldest records, in rare cases before the group has read them.
    private void Drop()
    {
        var partition = Choices.Below(Log.End.Length);
        var most = Choices.Pick([10, 1]) == 0 ? Math.Min(Log.HighestCommitted[partition], Log.End[partition]) : Log.End[partition];
        if (most > Log.Start[partition])
        {
            DropTo(partition, Log.Start[partition] + 1 + Choices.Below(most - Log.Start[partition]));
        }
    }

    private void Age() => MoveTo(Clock.Now + (Choices.Below(2) == 0 ? Setting.Retention : RetentionSweep.LongestDelivery));

    private void Throttle()
    {
        _throttledUntil = Clock.Now + (Setting.Lease / (1 + Choices.Below(8)));
        Note("table", $"answers 503 until {_throttledUntil.TotalSeconds:0.00}");
    }

    private void MoveClock()
    {
        // To what happens next, or further than that: a process may be late for anything.
        var next = Lives
            .SelectMany(life => life.Time.Timers
                .Select(timer => timer.Due > life.PausedUntil ? timer.Due : life.PausedUntil)
                .Append(life.PausedUntil))
            .Where(due => due > Clock.Now).DefaultIfEmpty(Clock.Now + (Setting.Lease / 4)).Min();
        var jump = Choices.Pick([100, 10, Faults.ClockJump, Faults.ClockJump]);
        Happenings.On(Happening.JumpOfTheClock, jump > 1 ? 1 : 0);
        MoveTo(jump switch
        {
            0 => next,
            1 => Clock.Now + (Setting.Lease / 4),
            2 => Clock.Now + Setting.Lease,
            _ => Clock.Now + Setting.BatchDeadline,
        });
    }

    // Keys are forgotten, and a topic made anew is told from the old one, on the word that no delivery lasts
    // longer than a few minutes: the broker evicts who holds records that long, its process is started anew, and no request is
    // under way for so long.
    private void MoveTo(TimeSpan time)
    {
        Clock.Now = time;
        if (Setting.EndsDeliveries)
        {
            var oldest = time - MaxPollInterval;
            _late.RemoveAll(request => request.SentAt < oldest);
            bool IsTooOld(Life life) =>
                life.InHandSince < oldest || Operations.Exists(operation => operation.Life == life && operation.Since < oldest);
            foreach (var life in Lives.Where(IsTooOld).ToArray())
            {
                Crash(life);
            }
        }
    }
}
