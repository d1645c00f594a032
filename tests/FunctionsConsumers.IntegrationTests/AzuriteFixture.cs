using Azure.Data.Tables;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.IntegrationTests;

/// <summary>One Azurite in memory for all tests that ask for it. It is a child that ends with the tests, however they end.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private Azurite? _azurite;

    /// <summary>The connection string of the emulator's account.</summary>
    public string ConnectionString => _azurite?.ConnectionString ?? throw new InvalidOperationException("Azurite is not started yet.");

    /// <summary>A name that no other table of the emulator has.</summary>
    /// <param name="prefix">What the name begins with, letters only.</param>
    /// <returns>The name.</returns>
    public static string NewTableName(string prefix) => prefix + Guid.NewGuid().ToString("N");

    /// <summary>Makes a table of its own for a test.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>A client of the table.</returns>
    public async Task<TableClient> NewTableAsync(CancellationToken cancellationToken)
    {
        var table = new TableServiceClient(ConnectionString).GetTableClient(NewTableName("table"));
        await table.CreateAsync(cancellationToken);
        return table;
    }

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        try
        {
            _azurite = await Azurite.StartAsync(TestContext.Current.CancellationToken);
        }
        catch (LocalHostException e) when (e.Message.StartsWith("Azurite is missing", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("Azurite is missing: run ./test, or npm install in infra/local");
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }
    }
}
