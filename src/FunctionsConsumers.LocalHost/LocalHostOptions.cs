namespace FunctionsConsumers.LocalHost;

/// <summary>
/// What a caller of the local host decides; all of it goes before the environment, which goes before <c>local.settings.json</c>.
/// </summary>
public sealed record LocalHostOptions
{
    /// <summary>The bootstrap list, in place of the setting <c>KafkaBrokers</c>.</summary>
    /// <value>Default null: the setting.</value>
    public string? Brokers { get; init; }

    /// <summary>A connection string, in place of <c>OrderTables</c> and everything below it.</summary>
    /// <value>Default null: the setting.</value>
    public string? Tables { get; init; }

    /// <summary>The topic of the orders, in place of <c>OrdersTopic</c>.</summary>
    /// <value>Default null: the setting, and without one <c>order-events</c>.</value>
    public string? Topic { get; init; }

    /// <summary>How many partitions the topic gets where it is missing and the broker lets it be made.</summary>
    /// <value>1 to 1,000; default 6.</value>
    public int Partitions { get; init; } = 6;

    /// <summary>
    /// The port of the HTTP functions on 127.0.0.1, in place of <c>Host.LocalHttpPort</c> of <c>local.settings.json</c>; 0 for any
    /// free one.
    /// </summary>
    /// <value>0 to 65,535. Default null: the file's, and without one 7071, or a free port where that is taken.</value>
    public int? HttpPort { get; init; }

    /// <summary>Further settings by name (<c>A:B</c> or <c>A__B</c>); a null value takes a setting away, whoever set it.</summary>
    /// <value>Default none.</value>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } =
        System.Collections.ObjectModel.ReadOnlyDictionary<string, string?>.Empty;

    /// <summary>Where the caller has <see cref="Settings" /> from, by name, for the lines that say so at the start.</summary>
    /// <value>Default none: the caller itself.</value>
    public IReadOnlyDictionary<string, string> Sources { get; init; } =
        System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Whether only warnings and errors are printed.</summary>
    /// <value>Default false.</value>
    public bool Quiet { get; init; }

    /// <summary>How long the start waits for an answer of the broker, and of the tables.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What to wait for before the tables are asked for anything, where they start beside the host.</summary>
    /// <value>Default null: they are there, or <see cref="Patience" /> is for them.</value>
    internal Func<CancellationToken, Task>? UntilTables { get; init; }

    /// <summary>Where the host prints its lines.</summary>
    /// <value>Default standard error.</value>
    public TextWriter Log { get; init; } = Console.Error;

    /// <summary>The folder that holds <c>host.json</c> and <c>local.settings.json</c>.</summary>
    /// <value>Default null: <see cref="Files.LocalFolder.Root" /> if it holds a <c>host.json</c>, else the folder of the app.</value>
    public string? ScriptRoot { get; init; }
}
