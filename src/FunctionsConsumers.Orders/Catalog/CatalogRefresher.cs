using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.Orders.Catalog;

/// <summary>
/// Reads the catalog when the host starts, so that the first batch need not, and every minute from then on, so that a
/// price that was changed is taken up without a restart. A failure is logged once for its cause, and what was read before stands.
/// </summary>
/// <param name="catalog">The catalog.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes failures.</param>
public sealed partial class CatalogRefresher(ProductCatalog catalog, TimeProvider time, ILogger<CatalogRefresher> logger)
    : BackgroundService
{
    /// <summary>How often the catalog is read: every minute.</summary>
    public static TimeSpan Period { get; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? reported = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Period;
            try
            {
                await catalog.ReadAsync(stoppingToken);
                reported = null;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // Of whatever kind: thrown on, it would stop the host, or nobody would read the catalog any more.
                if (failure.Message != reported)
                {
                    reported = failure.Message;
                    LogFailed(failure.Message);
                }

                pause = ProductCatalog.LookAgainAfter;
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    [LoggerMessage(101, LogLevel.Warning, "The catalog was not read and is tried again: {Reason}")]
    private partial void LogFailed(string reason);
}
