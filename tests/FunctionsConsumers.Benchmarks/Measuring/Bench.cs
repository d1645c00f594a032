using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.Benchmarks.Measuring;

/// <summary>What the questions share: the seed, and the services, each started when it is first needed.</summary>
/// <param name="seed">The seed of all traffic.</param>
/// <param name="root">The repository.</param>
internal sealed class Bench(long seed, string root) : IAsyncDisposable
{
    private EmbeddedServices? _tables;

    /// <summary>The seed of all traffic.</summary>
    public long Seed => seed;

    /// <summary>The repository's folder.</summary>
    public string Root => root;

    /// <summary>The distribution of Kafka that <c>KAFKA_HOME</c> names; null where there is none.</summary>
    public static string? KafkaHome => Environment.GetEnvironmentVariable("KAFKA_HOME") is { Length: > 0 } home ? home : null;

    /// <summary>The tables: an Azurite of the benchmarks' own.</summary>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <returns>Its connection string.</returns>
    public async Task<string> TablesAsync(CancellationToken cancellationToken)
    {
        _tables ??= await EmbeddedServices.StartAsync(kafka: false, tables: true, "order-events", 4, cancellationToken);
        return _tables.TablesConnectionString!;
    }

    /// <summary>Ends the tables: what they hold must not slow the next question.</summary>
    public async ValueTask ForgetTablesAsync()
    {
        if (_tables is not null)
        {
            await _tables.DisposeAsync();
            _tables = null;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ForgetTablesAsync();
}
