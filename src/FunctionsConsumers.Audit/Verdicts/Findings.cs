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
