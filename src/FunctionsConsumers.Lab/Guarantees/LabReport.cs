using System.Globalization;

namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>What <c>fc lab --json</c> prints.</summary>
/// <param name="Seed">The seed of traffic and faults.</param>
/// <param name="Orders">Distinct orders, each of which every group should handle once.</param>
/// <param name="Resends">Exact resends by the producer.</param>
/// <param name="Guarantees">The three, in order.</param>
/// <param name="Ok">Whether the first two show what they lose and double, and the third neither loses nor doubles.</param>
/// <param name="NotGood">Why not, a line for each reason.</param>
/// <param name="Seconds">How long it all took.</param>
internal sealed record LabReport(
    long Seed, int Orders, int Resends, IReadOnlyList<GuaranteeReport> Guarantees, bool Ok, IReadOnlyList<string> NotGood, double Seconds);

/// <summary>What became of the orders under one guarantee.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Steps">Its steps, in order.</param>
/// <param name="Effects">Effects in all groups.</param>
/// <param name="Lost">Orders without an effect, over all groups.</param>
/// <param name="Doubled">Effects too many, over all groups.</param>
/// <param name="StockOff">By how much the stock is wrong.</param>
/// <param name="Audited">Whether <c>fc audit</c> finds nothing at fault; null where there are no keys for it to judge by.</param>
/// <param name="Faults">The faults that happened.</param>
/// <param name="Groups">Each group's numbers.</param>
internal sealed record GuaranteeReport(
    string Name, string Steps, long Effects, long Lost, long Doubled, long StockOff, bool? Audited, FaultCounts Faults,
    IReadOnlyList<EffectCount> Groups);

/// <summary>Faults that happened, by kind.</summary>
/// <param name="CrashesBetweenSteps">Crashes between effect and commit, or between commit and effect.</param>
/// <param name="CrashesAmidEffects">Crashes with some of a batch's effects there.</param>
/// <param name="AnswersLost">Answers of the tables that never arrived.</param>
/// <param name="RequestsLost">Requests that never arrived at the tables.</param>
/// <param name="Rebalances">Partitions that went to another owner with a batch in hand.</param>
internal sealed record FaultCounts(int CrashesBetweenSteps, int CrashesAmidEffects, int AnswersLost, int RequestsLost, int Rebalances)
{
    /// <summary>The numbers in words.</summary>
    /// <returns>Two lines.</returns>
    public string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"{CrashesBetweenSteps} crashes between effect and commit, {CrashesAmidEffects} amid the effects,{Environment.NewLine}"
        + $"{AnswersLost} lost answers, {RequestsLost} lost requests, {Rebalances} rebalances mid-batch");

    /// <summary>The kinds of fault that never happened.</summary>
    /// <returns>Their names.</returns>
    public IEnumerable<string> Missing()
    {
        (int Count, string Name)[] kinds =
        [
            (CrashesBetweenSteps, "crash between effect and commit"), (CrashesAmidEffects, "crash amid the effects"),
            (AnswersLost, "lost answer"),
            (RequestsLost, "lost request"), (Rebalances, "rebalance"),
        ];
        return kinds.Where(kind => kind.Count == 0).Select(kind => kind.Name);
    }
}

/// <summary>Whether a laboratory has shown what it is for. Pure.</summary>
internal static class LabVerdict
{
    /// <summary>Judges.</summary>
    /// <param name="guarantees">The three, in order.</param>
    /// <returns>A line for each thing that is not good.</returns>
    public static IReadOnlyList<string> Of(IReadOnlyList<GuaranteeReport> guarantees)
    {
        var (most, least, effectively) = (guarantees[0], guarantees[1], guarantees[2]);
        List<string> lines = [];
        if (effectively.Lost > 0 || effectively.Doubled > 0 || effectively.StockOff > 0 || effectively.Audited != true)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"effectively-once lost {effectively.Lost} and doubled {effectively.Doubled}, and its stock is off by "
                + $"{effectively.StockOff}"));
        }

        if (most.Lost == 0)
        {
            lines.Add("the demonstration failed: at-most-once lost nothing; give more --orders or more --faults");
        }

        if (least.Doubled == 0)
        {
            lines.Add("the demonstration failed: at-least-once doubled nothing; give more --orders or more --faults");
        }

        if (least.Lost > 0)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"the laboratory is at fault: at-least-once lost {least.Lost}, which it cannot"));
        }

        lines.AddRange(effectively.Faults.Missing()
            .Select(kind => $"the demonstration failed: effectively-once met no {kind}; give more --orders or more --faults"));
        return lines;
    }
}
