using Azure.Data.Tables;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.IntegrationTests.EndToEnd;

/// <summary>A table account that tests use one after the other, each as if it were new. Started by the first that asks.</summary>
public sealed class EmptyTables : IAsyncDisposable
{
    private Azurite? _azurite;

    /// <summary>Removes whatever the test before has left.</summary>
    /// <returns>The account's connection string.</returns>
    public async Task<string> EmptyAsync()
    {
        _azurite ??= await Azurite.StartAsync(TestContext.Current.CancellationToken);
        var account = new TableServiceClient(_azurite.ConnectionString);
        var names = new List<string>();
        await foreach (var table in account.QueryAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            names.Add(table.Name);
        }

        foreach (var name in names)
        {
            await account.DeleteTableAsync(name, TestContext.Current.CancellationToken);
        }

        return _azurite.ConnectionString;
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
