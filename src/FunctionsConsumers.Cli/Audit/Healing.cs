using System.Globalization;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Hosting;

namespace FunctionsConsumers.Cli.Audit;

/// <summary>
/// What <c>fc audit --heal</c> does before it audits: calls the same upkeep of the same registered groups as the timer
/// function <c>GapAudit</c>. The audit then reads topic and tables by itself, and takes nothing from here.
/// </summary>
internal static class Healing
{
    /// <summary>Heals every group, side by side.</summary>
    public static async Task<IReadOnlyList<HealedGroup>> RunAsync(Invocation call)
    {
        var target = call.Target();

        // Both have to be named: what local.settings.json names are the services of func start.
        _ = (target.Kafka(), target.Tables());
        await using var upkeep = LocalUpkeep.Open(
            new LocalHostOptions { Topic = target.Topic, Settings = target.HostSettings(), Quiet = true, Log = call.Terminal.Error });
        return await Task.WhenAll(upkeep.Groups.Select(async group =>
        {
            var result = await group.AuditGapsAsync(IGroupUpkeep.Grace, call.Stop);
            return new HealedGroup(group.Name, result.Found, result.Healed, result.Lost);
        }));
    }

    /// <summary>Prints the numbers for a person.</summary>
    public static void Print(Terminal terminal, IReadOnlyList<HealedGroup> groups)
    {
        foreach (var group in groups)
        {
            terminal.PrintText(string.Create(CultureInfo.InvariantCulture,
                $"{group.Group}: {group.Found} records below the committed offset were not known to be finished, {group.Healed} of them "
                + $"handled now")
                + (group.Dropped == 0 ? ""
                    : string.Create(CultureInfo.InvariantCulture, $"; {group.Dropped} offsets were dropped by the broker before")));
        }
    }
}
