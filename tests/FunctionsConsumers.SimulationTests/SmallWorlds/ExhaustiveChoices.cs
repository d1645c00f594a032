using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.SimulationTests.SmallWorlds;

/// <summary>
/// Decides everything in every way, one history after another: follows the decisions of the last history up to the last
/// one that has an alternative left, takes that, and the first possibility from there on.
/// </summary>
internal sealed class ExhaustiveChoices : Choices
{
    private readonly List<(int Taken, int Possibilities)> _decisions = [];
    private int _next;

    /// <summary>Whether the history has left the part that it shares with the one before.</summary>
    public bool IsOnNewGround => _next >= _decisions.Count;

    public override int Pick(ReadOnlySpan<int> weights)
    {
        var possibilities = 0;
        foreach (var weight in weights)
        {
            possibilities += weight > 0 ? 1 : 0;
        }

        var taken = 0;
        if (possibilities > 1)
        {
            if (IsOnNewGround)
            {
                _decisions.Add((0, possibilities));
            }

            taken = _decisions[_next++].Taken;
        }

        for (var i = 0; ; i++)
        {
            if (weights[i] > 0 && taken-- == 0)
            {
                return i;
            }
        }
    }

    /// <summary>Goes back to the start of the same history.</summary>
    public void Rewind() => _next = 0;

    /// <summary>Goes on to the next history.</summary>
    /// <returns>False when there is none.</returns>
    public bool Advance()
    {
        _next = 0;
        while (_decisions.Count > 0)
        {
            var (taken, possibilities) = _decisions[^1];
            _decisions.RemoveAt(_decisions.Count - 1);
            if (taken + 1 < possibilities)
            {
                _decisions.Add((taken + 1, possibilities));
                return true;
            }
        }

        return false;
    }
}
