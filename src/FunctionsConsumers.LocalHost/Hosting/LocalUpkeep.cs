using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.LocalHost.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionsConsumers.LocalHost.Hosting;

/// <summary>
/// The app's groups for upkeep by hand: registered as the app registers them, and not started. No trigger is fed, no outbox
/// is sent from: what upkeep plans to send waits for a running host, which has the mail server's settings that the
/// machine of whoever calls this may lack.
/// </summary>
public sealed class LocalUpkeep : IAsyncDisposable
{
    private readonly IHost _app;

    private LocalUpkeep(IHost app) => _app = app;

    /// <summary>The groups, in the order of their registration.</summary>
    public IReadOnlyList<IGroupUpkeep> Groups => [.. _app.Services.GetServices<IGroupUpkeep>()];

    /// <summary>Reads the settings and <c>host.json</c>, and registers the groups.</summary>
    /// <param name="options">What the caller decides.</param>
    /// <returns>The groups; nothing has been asked of broker or tables yet.</returns>
    /// <exception cref="LocalHostException">A setting is wrong; the message is one line.</exception>
    public static LocalUpkeep Open(LocalHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var folder = HostStartup.ScriptRoot(options);
        var settings = LocalSettings.Build(options, Environment.GetEnvironmentVariables(), folder);
        return new LocalUpkeep(HostStartup.BuildApp(settings, HostJson.Load(folder, settings), options, HostStartup.RegisterApp));
    }

    /// <summary>Lets go of tables and broker.</summary>
    /// <returns>When it is done.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_app is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
        else
        {
            _app.Dispose();
        }
    }
}
