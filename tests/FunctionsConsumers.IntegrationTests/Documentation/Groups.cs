namespace FunctionsConsumers.Orders.Loyalty;

/// <summary>What docs/adding-a-consumer.md adds to the real <c>Groups</c>, so that its example compiles here.</summary>
internal static class Groups
{
    public const string Loyalty = "loyalty";
}
