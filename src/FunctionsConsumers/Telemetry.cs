using System.Runtime.CompilerServices;
using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FunctionsConsumers;

/// <summary>
/// Exports what the library measures, its spans and the log: by OTLP where <see cref="OtlpEndpoint" /> is set, to Azure
/// Monitor where <see cref="AzureMonitor" /> is. Where neither is, nothing is registered, and the start costs nothing more.
/// </summary>
public static class Telemetry
{
    /// <summary>OpenTelemetry's own setting with the collector's address; its other <c>OTEL_…</c> settings are read too.</summary>
    public const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The setting with the connection string of Application Insights.</summary>
    public const string AzureMonitor = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary>
    /// The setting by which Application Insights is written to without a key, as the Functions host has it:
    /// <c>Authorization=AAD</c>, with <c>ClientId=…</c> for an identity that is not the app's only one.
    /// </summary>
    public const string AzureMonitorIdentity = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    private const string ServiceName = "functions-consumers";

    // The Functions app is named by its own detector; here is what a local host is called.
    private static readonly string[] NameSettings = ["OTEL_SERVICE_NAME", "WEBSITE_SITE_NAME"];

    /// <summary>Registers the exporters that the settings name.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="isWorker">
    /// Whether this process is the worker of a Functions host, which is then told that the worker exports its log itself.
    /// </param>
    /// <returns>The same services.</returns>
    /// <exception cref="SettingException"><see cref="AzureMonitorIdentity" /> is none.</exception>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration, bool isWorker)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var (otlp, monitor) = (IsSet(configuration, OtlpEndpoint), IsSet(configuration, AzureMonitor));
        if (otlp || monitor)
        {
            Add(services, configuration, otlp, monitor, isWorker);
        }

        return services;
    }

    // In a method of its own, as what follows: a start without them does not load their assemblies.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Add(IServiceCollection services, IConfiguration configuration, bool otlp, bool monitor, bool isWorker)
    {
        var telemetry = services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(EffectivelyOnceTraces.SourceName))
            .WithMetrics(metrics => metrics.AddMeter(EffectivelyOnceMetrics.MeterName))
            .WithLogging(null, logging => logging.IncludeFormattedMessage = true);
        if (!NameSettings.Any(name => IsSet(configuration, name)))
        {
            telemetry.ConfigureResource(resource => resource.AddService(ServiceName));
        }

        if (otlp)
        {
            telemetry.UseOtlpExporter();
        }

        if (monitor)
        {
            AddAzureMonitor(telemetry, configuration);
        }

        if (isWorker)
        {
            telemetry.UseFunctionsWorkerDefaults();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddAzureMonitor(OpenTelemetryBuilder telemetry, IConfiguration configuration)
    {
        var credential = CredentialOf(configuration[AzureMonitorIdentity]);
        telemetry.UseAzureMonitorExporter(options =>
        {
            options.ConnectionString = configuration[AzureMonitor];
            options.Credential = credential;
        });
    }

    /// <summary>Reads <see cref="AzureMonitorIdentity" />. Null if the connection string says it all.</summary>
    /// <exception cref="SettingException">The value says something else.</exception>
    internal static TokenCredential? CredentialOf(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2, StringSplitOptions.TrimEntries))
            .ToDictionary(part => part[0], part => part.ElementAtOrDefault(1) ?? "", StringComparer.OrdinalIgnoreCase);
        if (!parts.TryGetValue("Authorization", out var how) || !how.Equals("AAD", StringComparison.OrdinalIgnoreCase))
        {
            throw new SettingException($"{AzureMonitorIdentity} is neither Authorization=AAD nor ClientId=<id>;Authorization=AAD: "
                + "write one of them, or unset it.");
        }

        return new ManagedIdentityCredential(parts.TryGetValue("ClientId", out var id) && id.Length > 0
            ? ManagedIdentityId.FromUserAssignedClientId(id)
            : ManagedIdentityId.SystemAssigned);
    }

    private static bool IsSet(IConfiguration configuration, string name) => !string.IsNullOrWhiteSpace(configuration[name]);
}
