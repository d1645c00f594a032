using System.Numerics;

namespace FunctionsConsumers.Lab.Traffic;

/// <summary>
/// A sequence of pseudo-random numbers fixed by its seed and by this code alone: xoshiro256** seeded by SplitMix64
/// (Blackman and Vigna, 2018). System.Random promises the same numbers for the same seed within one version of .NET only,
/// and a seed written in a report has to give the same bytes years later.
/// </summary>
internal sealed class RandomSequence
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>Begins the sequence of a seed.</summary>
    public RandomSequence(long seed, ulong stream)
    {
        var state = Scramble((ulong)seed) ^ Scramble(stream + 0x632BE59BD9B4E019UL);
        _a = Step(ref state);
        _b = Step(ref state);
        _c = Step(ref state);
        _d = Step(ref state);
    }

    /// <summary>A number from 0 to one less than the bound, each equally likely to within 2⁻³².</summary>
    public long Below(long bound) => (long)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number between two others, both included.</summary>
    public int Between(int least, int most) => least + (int)Below((long)most - least + 1);

    /// <summary>Whether something that happens so often happens now.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>One of several things, each equally likely.</summary>
    public T Pick<T>(IReadOnlyList<T> things) => things[(int)Below(things.Count)];

    private ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    private static ulong Scramble(ulong value)
    {
        var state = value;
        return Step(ref state);
    }

    private static ulong Step(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        var mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }
}
