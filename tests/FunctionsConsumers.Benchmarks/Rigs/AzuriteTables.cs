using Azure.Data.Tables;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>Fresh tables of an Azurite, through the genuine client.</summary>
internal static class AzuriteTables
{
    private static int s_made;

    /// <summary>Makes a table that nobody has used.</summary>
    public static async Task<(ITableStore Store, TableClient Client)> FreshAsync(Bench bench, CancellationToken cancellationToken)
    {
        var accounts = TableAccounts.FromConnectionStrings(await bench.TablesAsync(cancellationToken));
        var name = $"bench{Interlocked.Increment(ref s_made)}";
        var client = accounts.Clients[0].GetTableClient(name);
        await client.CreateAsync(cancellationToken);
        return (AzureTableStore.OverAll(accounts, name), client);
    }
}
