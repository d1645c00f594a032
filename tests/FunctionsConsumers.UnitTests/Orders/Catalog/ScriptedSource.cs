using System.Threading.Channels;
using FunctionsConsumers.Orders.Catalog;

namespace FunctionsConsumers.UnitTests.Orders.Catalog;

/// <summary>A catalog whose readings a test lets go one by one.</summary>
internal sealed class ScriptedSource : ICatalogSource
{
    private readonly Channel<int> _asked = Channel.CreateUnbounded<int>();
    private TaskCompletionSource<IReadOnlyList<CatalogProduct>>? _held;
    private IReadOnlyList<CatalogProduct> _seen = [];

    public int Readings { get; private set; }

    public List<CatalogProduct> Products { get; } = [];

    public Exception? Failure { get; set; }

    public bool Hold { get; set; }

    public Task<IReadOnlyList<CatalogProduct>> ReadAsync(CancellationToken cancellationToken)
    {
        Readings++;
        _asked.Writer.TryWrite(Readings);
        if (Hold)
        {
            _seen = [.. Products];
            _held = new TaskCompletionSource<IReadOnlyList<CatalogProduct>>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _held.Task;
        }

        return Failure is null
            ? Task.FromResult<IReadOnlyList<CatalogProduct>>([.. Products])
            : Task.FromException<IReadOnlyList<CatalogProduct>>(Failure);
    }

    /// <summary>Lets the held reading go, with what the catalog held when it was asked for.</summary>
    public void Answer() => _held!.SetResult(_seen);

    public async Task AskedAsync() => await _asked.Reader.ReadAsync(TestContext.Current.CancellationToken);
}
