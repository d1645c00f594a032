namespace FunctionsConsumers.Orders;

/// <summary>The names of the settings by which the app finds its topic and its tables.</summary>
public static class OrderSettings
{
    /// <summary>The topic of the orders.</summary>
    public const string Topic = "OrdersTopic";

    /// <summary>The storage accounts: a connection string, or what stands below it.</summary>
    public const string Tables = "OrderTables";
}
