using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers.LocalHost.Functions;

/// <summary>
/// Calls a function as the worker does: a new instance of its class for each invocation, made from services of a scope of its own.
/// </summary>
internal sealed class FunctionInvoker<TInput>
{
    private readonly TriggeredFunction<TInput> _function;
    private readonly IServiceScopeFactory _scopes;
    private readonly ObjectFactory? _make;

    /// <summary>Prepares the calls.</summary>
    /// <exception cref="LocalHostException">The class cannot be made from the services: found out now, not with the first
    /// record.</exception>
    public FunctionInvoker(TriggeredFunction<TInput> function, IServiceProvider services)
    {
        _function = function;
        _scopes = services.GetRequiredService<IServiceScopeFactory>();
        if (function.Type is { IsAbstract: true, IsSealed: true })
        {
            return;
        }

        try
        {
            _make = ActivatorUtilities.CreateFactory(function.Type, Type.EmptyTypes);
            using var scope = _scopes.CreateScope();
            (_make(scope.ServiceProvider, null) as IDisposable)?.Dispose();
        }
        catch (InvalidOperationException e)
        {
            throw new LocalHostException($"Function {function.Name} cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Calls the function once.</summary>
    public async Task InvokeAsync(TInput input, CancellationToken cancellationToken)
    {
        await using var scope = _scopes.CreateAsyncScope();
        var instance = _make?.Invoke(scope.ServiceProvider, null);
        try
        {
            await _function.Invoke(instance, input, cancellationToken);
        }
        finally
        {
            switch (instance)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
    }
}
