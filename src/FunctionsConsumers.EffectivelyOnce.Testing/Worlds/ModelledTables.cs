using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>The tables of a world as one process life opens them: by the store's port, or by the genuine client.</summary>
internal sealed class ModelledTables(Life life) : IGroupTables
{
    public Task<ITableStore> OpenAsync(string group, int buckets, CancellationToken cancellationToken) => Task.FromResult<ITableStore>(
        life.World.Setting.ThroughClient
            ? ModelledService.Store(life, group, life.World.Table)
            : new ModelledStore(life, life.World.Table));

    public Task<ITableStore> OpenSharedAsync(string tableName, CancellationToken cancellationToken) => Task.FromResult<ITableStore>(
        life.World.Setting.ThroughClient
            ? ModelledService.Store(life, GroupProgress.TableName, life.World.Progress)
            : new ModelledStore(life, life.World.Progress));
}
