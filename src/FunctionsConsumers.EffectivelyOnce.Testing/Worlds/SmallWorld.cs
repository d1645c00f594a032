
namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>The bound of a world that is explored exhaustively.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Kinds">The kinds of fault that may happen at any step.</param>
/// <param name="Faults">How many faults happen at most.</param>
/// <param name="Rebalances">How often partitions change their owner at most, crashes apart.</param>
/// <param name="Sends">Whether messages are claimed and sent; else they stay in the outbox.</param>
/// <param name="Sweeps">How often the outbox is swept at most.</param>
/// <param name="ClockMoves">How often the clock moves on by half a lease at most.</param>
/// <param name="Skips">How many batches the host skips at most.</param>
/// <param name="Audits">How many gap audits are made at most while all that goes on; without one, no progress is kept.</param>
internal sealed record SmallWorld(string Name, Faults Kinds, int Faults, int Rebalances, bool Sends = false, int Sweeps = 0,
    int ClockMoves = 0, int Skips = 0, int Audits = 0)
{
    /// <summary>The bound in words.</summary>
    public override string ToString() => $"{Name}: at most {Faults} faults, {Rebalances} rebalances, {Sweeps} sweeps, "
        + $"{ClockMoves} moves of the clock, {Skips} skipped batches, {Audits} audits";
}
