namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>Decides whatever a world leaves open. The same decisions give the same history.</summary>
internal abstract class Choices
{
    /// <summary>Picks one of several possibilities.</summary>
    public abstract int Pick(ReadOnlySpan<int> weights);

    /// <summary>Picks a number from 0 up to, and not with, a bound.</summary>
    public int Below(int bound)
    {
        Span<int> weights = stackalloc int[bound];
        weights.Fill(1);
        return Pick(weights);
    }
}

/// <summary>Decides by a seed.</summary>
internal sealed class RandomChoices(Random random) : Choices
{
    public override int Pick(ReadOnlySpan<int> weights)
    {
        var total = 0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        var point = random.Next(total);
        for (var i = 0; ; i++)
        {
            point -= weights[i];
            if (point < 0)
            {
                return i;
            }
        }
    }
}
