namespace FunctionsConsumers.Operations.Replays;

/// <summary>What a replay found.</summary>
/// <param name="Group">The group of its own, and its table.</param>
/// <param name="Like">The group whose decisions it took.</param>
/// <param name="Records">How many records the window holds.</param>
/// <param name="Applied">Orders that were applied in the replay's table.</param>
/// <param name="Duplicates">Records that were suppressed, those of an earlier replay into the same table included.</param>
/// <param name="DeadLettered">Records that could not be applied.</param>
/// <param name="PassedOver">Records that were redriven for another group.</param>
/// <param name="Reasons">The dead letters by reason.</param>
/// <param name="Same">Orders whose effect in the live group says the same.</param>
/// <param name="Different">Orders whose effect in the live group says something else.</param>
/// <param name="Missing">Orders without an effect in the live group.</param>
/// <param name="Differences">The first orders that differ or are missing.</param>
public sealed record ReplayResult(
    string Group,
    string Like,
    long Records,
    int Applied,
    int Duplicates,
    int DeadLettered,
    int PassedOver,
    IReadOnlyDictionary<string, int> Reasons,
    int Same,
    int Different,
    int Missing,
    IReadOnlyList<ReplayDifference> Differences);

/// <summary>An order that the live group has in another way, or not at all.</summary>
/// <param name="OrderId">The order's id.</param>
/// <param name="Detail">What differs, in one line.</param>
public sealed record ReplayDifference(string OrderId, string Detail);
