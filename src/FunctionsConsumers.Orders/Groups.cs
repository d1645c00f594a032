namespace FunctionsConsumers.Orders;

/// <summary>The consumer groups; each is also the name of its table.</summary>
public static class Groups
{
    /// <summary>One invoice for each order.</summary>
    public const string Billing = "billing";

    /// <summary>The order's products reserved from stock.</summary>
    public const string Inventory = "inventory";

    /// <summary>One confirmation e-mail for each order.</summary>
    public const string Notification = "notification";

    /// <summary>All of them, in the order in which they are listed everywhere.</summary>
    public static IReadOnlyList<string> All { get; } = [Billing, Inventory, Notification];
}
