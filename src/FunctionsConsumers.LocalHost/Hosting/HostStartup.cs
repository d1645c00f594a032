using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.LocalHost.Configuration;
using FunctionsConsumers.LocalHost.ConsumerGroups;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Logging;
using FunctionsConsumers.Operations.ConsumerGroups;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsConsumers.LocalHost.Hosting;

/// <summary>What is settled before the host starts anything: settings, files, and the app's services. Every error is one line.</summary>
internal static class HostStartup
{
    /// <summary>The folder of <c>host.json</c> and <c>local.settings.json</c>.</summary>
    public static string ScriptRoot(LocalHostOptions options)
    {
        if (options.ScriptRoot is { } folder)
        {
            return folder;
        }

        var root = LocalFolder.Root;
        return File.Exists(Path.Combine(root, "host.json")) ? root : AppContext.BaseDirectory;
    }

    /// <summary>The broker of the settings.</summary>
    /// <exception cref="LocalHostException">None is named, or half of a credential.</exception>
    public static KafkaConnection Kafka(IConfiguration settings)
    {
        try
        {
            return KafkaConnection.FromConfiguration(settings)
                ?? throw new LocalHostException("No Kafka is named: set KafkaBrokers to host:port, or pass --brokers.");
        }
        catch (SettingException e)
        {
            throw new LocalHostException(e.Message, e);
        }
    }

    /// <summary>A batch must be given up before the broker takes the member for dead.</summary>
    /// <exception cref="LocalHostException">A setting of the library is wrong, or the deadline is too long for
    /// <c>maxPollIntervalMs</c>.</exception>
    public static void CheckDeadline(IConfiguration settings, HostJson hostJson)
    {
        try
        {
            HostSettings.CheckDeadline(settings, hostJson.Kafka.MaxPollIntervalMs);
        }
        catch (SettingException e)
        {
            throw new LocalHostException(e.Message, e);
        }
    }

    /// <summary>Builds the app with the same registration as its own <c>Program.cs</c>.</summary>
    /// <exception cref="LocalHostException">A setting of the app is missing or wrong.</exception>
    public static IHost BuildApp(
        IConfiguration settings, HostJson hostJson, LocalHostOptions options, Action<IServiceCollection, IConfiguration> register)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddConfiguration(settings);

        // The library asks where a group begins, since that decides what a gap is.
        builder.Configuration["extensions:kafka:autoOffsetReset"] = hostJson.Kafka.AutoOffsetReset.ToString();
        builder.Logging.AddProvider(new LineLoggerProvider(options.Log, TimeProvider.System));
        SetLevels(builder.Logging, hostJson, options.Quiet);

        // The caller hears the signals and stops the host; the generic host must not end the process behind its back.
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        try
        {
            register(builder.Services, builder.Configuration);
        }
        catch (SettingException e)
        {
            throw new LocalHostException(e.Message, e);
        }

        return builder.Build();
    }

    /// <summary>Starts the app's services.</summary>
    /// <exception cref="LocalHostException">One of them found a setting wrong or the tables unreachable.</exception>
    public static async Task StartAppAsync(IHost app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is OptionsValidationException or SettingException or StoreUnavailableException or ArgumentException
            or TimeoutException)
        {
            throw new LocalHostException(e is OptionsValidationException invalid ? string.Join("; ", invalid.Failures) : e.Message, e);
        }
    }

    /// <summary>The registration of the app itself.</summary>
    public static void RegisterApp(IServiceCollection services, IConfiguration settings)
    {
        services.AddTelemetry(settings, isWorker: false);
        services.AddOrdersApp(settings).Replace(ServiceDescriptor.Singleton<IGroupMembers, LocalGroupMembers>());
    }

    private static void SetLevels(ILoggingBuilder logging, HostJson hostJson, bool quiet)
    {
        LogLevel AtLeast(LogLevel level) => quiet && level < LogLevel.Warning ? LogLevel.Warning : level;

        logging.SetMinimumLevel(AtLeast(LogLevel.Information));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter("Azure", LogLevel.Warning);
        foreach (var (category, level) in hostJson.LogLevels)
        {
            if (category.Equals("default", StringComparison.OrdinalIgnoreCase))
            {
                logging.SetMinimumLevel(AtLeast(level));
            }
            else
            {
                logging.AddFilter(category, AtLeast(level));
            }
        }
    }

    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
