using System.Globalization;

namespace FunctionsConsumers.Audit.Verdicts;

/// <summary>The kinds of findings, in the words of the report's numbers.</summary>
internal static class FindingKinds
{
    public const string Lost = "lost";
    public const string Doubled = "doubled";
    public const string StockOff = "stock_off";
    public const string Pending = "pending";
    public const string Outbox = "outbox";
}

/// <summary>What a finding is about; a report tells them in this order.</summary>
internal enum FindingPart
{
    /// <summary>Records that no group can apply.</summary>
    Records,

    /// <summary>Orders.</summary>
    Orders,

    /// <summary>Effects.</summary>
    Effects,

    /// <summary>The group as a whole.</summary>
    Group,
}

/// <summary>
/// A group's findings. They come share by share, and are told in the order in which topic and table were read.
/// </summary>
/// <param name="group">The group.</param>
/// <param name="topic">The topic.</param>
internal sealed class FindingList(string group, string topic)
{
    private readonly List<((FindingPart Part, long Range, long Place) At, Finding Finding)> _findings = [];
    private (FindingPart Part, long Range, long Place) _at;

    /// <summary>Says what the next findings are about.</summary>
    /// <param name="part">What kind of thing.</param>
    /// <param name="place">Its place in the order of reading.</param>
    public void Begin(FindingPart part, long place) => Begin(part, 0, place);

    /// <summary>Says what the next findings are about.</summary>
    /// <param name="part">What kind of thing.</param>
    /// <param name="range">Where it was read.</param>
    /// <param name="place">Its place there.</param>
    public void Begin(FindingPart part, long range, long place) => _at = (part, range, place);

    /// <summary>Adds a finding about a record or an effect.</summary>
    public void Add(string kind, string? orderId, string of, int partition, long offset, FormattableString what) =>
        _findings.Add((_at, new Finding(group, kind, orderId, of, partition, offset, what.ToString(CultureInfo.InvariantCulture))));

    /// <summary>Adds a finding about the group as a whole.</summary>
    public void AddOfAll(string kind, FormattableString what) => _findings.Add(
        ((FindingPart.Group, 0, 0), new Finding(group, kind, null, topic, null, null, what.ToString(CultureInfo.InvariantCulture))));

    /// <summary>The findings in the order of reading.</summary>
    /// <returns>The findings.</returns>
    public IEnumerable<Finding> InOrder() => _findings.OrderBy(found => found.At).Select(found => found.Finding);
}
