using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>The options that every command takes, and the ways in which options are read.</summary>
internal static class SharedOptions
{
    /// <summary>The broker.</summary>
    public static readonly Option<string?> Brokers = new("--brokers")
    {
        Description = "Kafka's bootstrap list, host:port[,host:port] (else the setting KafkaBrokers, else what ./run or fc services "
            + "started)",
        HelpName = "host:port",
        Recursive = true,
    };

    /// <summary>The table account.</summary>
    public static readonly Option<string?> Tables = new("--tables")
    {
        Description = "The storage account's connection string (else the setting OrderTables, else what ./run or fc services started)",
        HelpName = "connection string",
        Recursive = true,
    };

    /// <summary>The topic of the orders.</summary>
    public static readonly Option<string?> Topic = new("--topic")
    {
        Description = "The topic of the orders (else the setting OrdersTopic, else order-events)",
        HelpName = "topic",
        Recursive = true,
    };

    /// <summary>How long a service that gives no answer is waited for.</summary>
    public static readonly Option<long?> Timeout = WholeRecursive(
        "--timeout", "Seconds to wait for a broker or tables that give no answer, before the command gives up (default 15)", 1, 86_400);

    /// <summary>Whether the result is JSON.</summary>
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print JSON, alone, on standard output",
        Recursive = true,
    };

    /// <summary>A whole number within bounds. Its value is null if it is not given.</summary>
    public static Option<long?> Whole(string name, string description, long least, long most) => new(name)
    {
        Description = description,
        HelpName = "n",
        CustomParser = result =>
            long.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                && value >= least && value <= most
            ? value
            : Refuse<long?>(result,
                string.Create(CultureInfo.InvariantCulture,
                $"{name} takes a whole number from {least} to {most}, not '{result.Tokens[0].Value}'")),
    };

    private static Option<long?> WholeRecursive(string name, string description, long least, long most)
    {
        var option = Whole(name, description, least, most);
        option.Recursive = true;
        return option;
    }

    /// <summary>A ratio from 0 to 10. Its value is null if it is not given.</summary>
    public static Option<decimal?> Ratio(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "ratio",
        CustomParser = result =>
            decimal.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                && value <= 10
            ? value
            : Refuse<decimal?>(result, $"{name} takes a number from 0 to 10, such as 0.2, not '{result.Tokens[0].Value}'"),
    };

    private static T? Refuse<T>(ArgumentResult result, string message)
    {
        result.AddError(message);
        return default;
    }
}
