using FunctionsConsumers.EffectivelyOnce.Retention;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <content>
/// What makes keys be forgotten, one soon after the other: time that passes, records that the broker drops, records read
/// again before that, owners that hold them meanwhile, and sweeps. Left to chance it would hardly ever come together.
/// </content>
internal sealed partial class World
{
    private void GrowOld()
    {
        ComeToRest();
        var faults = _faultsLeft;
        for (var rounds = 2 + Choices.Below(4); rounds > 0 && Violation is null; rounds--)
        {
            if (Choices.Below(3) == 0)
            {
                ReadAgain();
            }

            for (var partition = 0; partition < Log.Start.Length; partition++)
            {
                var start = Math.Min(Log.HighestCommitted[partition], Log.End[partition]) - Choices.Below(3);
                DropTo(partition, Choices.Below(3) == 0 ? 0 : start);
            }

            foreach (var life in Lives.Where(life => life.CanForget && !life.IsPaused && Choices.Below(3) > 0).ToArray())
            {
                life.Forget();
            }

            // A sweep has to come through now and then.
            _faultsLeft = Choices.Below(3) == 0 ? faults : 0;
            for (var steps = Choices.Below(80); steps > 0 && Violation is null; steps--)
            {
                Step();
            }

            if (Choices.Below(3) > 0)
            {
                ComeToRest();
                MoveTo(Clock.Now + (Choices.Below(2) == 0 ? Setting.Retention : RetentionSweep.LongestDelivery));
            }
        }

        _faultsLeft = faults;
    }

    // Who is busy when a long time passes is gone: without some rest nobody would be left.
    private void ComeToRest()
    {
        _settling = true;
        _faultsLeft = 0;
        for (var steps = 0; steps < 200
            && Violation is null
            && !(Log.IsConsumed && Lives.Any() && Lives.All(life => life.IsIdle)); steps++)
        {
            Step();
        }

        _settling = false;
    }

    // A partition is read from its start once more, and sometimes its owner stands still with the records in hand.
    private void ReadAgain()
    {
        var partition = Choices.Below(Log.Visible);
        Log.Reset(partition, Log.Start[partition]);
        Note("log", $"p{partition} is read again from {Log.Committed[partition]}");
        if (Log.Owner[partition] is { IsGone: false, IsPaused: false, CanTake: true } owner && Choices.Below(2) == 0)
        {
            owner.Take();
            owner.PausedUntil = Clock.Now + Setting.Lease;
            Note(owner.Name, $"pauses until {owner.PausedUntil.TotalSeconds:0.00}");
        }
    }

    private void DropTo(int partition, int start)
    {
        if (start > Log.Start[partition])
        {
            Happenings.On(Happening.OffsetDropped, start - Log.Start[partition]);
            Log.Start[partition] = start;
            Note("log", $"p{partition} begins at {start} from now on");
            Oracle.OnDropped(partition);
        }
    }
}
