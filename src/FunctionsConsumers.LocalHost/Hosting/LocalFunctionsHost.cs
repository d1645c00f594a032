using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.LocalHost.Configuration;
using FunctionsConsumers.LocalHost.Functions;
using FunctionsConsumers.LocalHost.Http;
using FunctionsConsumers.LocalHost.Kafka;
using FunctionsConsumers.LocalHost.Timers;
using FunctionsConsumers.Orders.Mail;
using FunctionsConsumers.Orders.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.LocalHost.Hosting;

/// <summary>
/// Runs the app's functions in this process and feeds their triggers as the Functions host does. For development and
/// tests: what is deployed is the Functions app. Hears no signals; whoever started it calls <see cref="StopAsync" />.
/// </summary>
public sealed partial class LocalFunctionsHost : IAsyncDisposable
{
    /// <summary>How long commit and leaving the groups may take after the batches have ended, for a broker that is away.</summary>
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(10);

    private readonly IHost _app;
    private readonly BrokerWatch _watch;
    private readonly List<KafkaListener> _listeners = [];
    private readonly List<TimerListener> _timers = [];
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private HttpServer? _http;
    private Task? _stopped;
    private bool _reporting = true;

    private LocalFunctionsHost(IHost app, KafkaConnection kafka, string topic, BrokerWatch watch, ILogger logger)
    {
        _app = app;
        _logger = logger;
        _watch = watch;
        Kafka = kafka;
        Topic = topic;
    }

    /// <summary>How long a batch in flight may take to end at a stop before it is cancelled, unless said otherwise: 25 s.</summary>
    public static TimeSpan DefaultDrain { get; } = TimeSpan.FromSeconds(25);

    /// <summary>The functions that run, by name.</summary>
    public IReadOnlyList<LocalFunction> Functions { get; private set; } = [];

    /// <summary>The broker in use.</summary>
    public KafkaConnection Kafka { get; }

    /// <summary>The topic of the orders.</summary>
    public string Topic { get; }

    /// <summary>The address that serves the HTTP functions, without a slash at its end; null where the app has none.</summary>
    public string? HttpAddress => _http?.Address;

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Starts the host: reads the settings, makes missing topics, starts the app's services and then the triggers.</summary>
    /// <param name="options">What the caller decides.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <returns>The running host.</returns>
    /// <exception cref="LocalHostException">A setting is wrong, or a service cannot be reached; the message is one line.</exception>
    public static Task<LocalFunctionsHost> StartAsync(LocalHostOptions options, CancellationToken cancellationToken) =>
        StartAsync(options, typeof(BillingServiceConsumer).Assembly.GetExportedTypes(), HostStartup.RegisterApp, cancellationToken);

    /// <summary>
    /// Stops fetching, lets the batches in flight end, commits, leaves the groups, and stops the app's services. A second call waits
    /// for the first.
    /// </summary>
    /// <param name="drain">How long the batches in flight may take before they are cancelled; their records then come again.</param>
    /// <returns>When the host has stopped.</returns>
    public Task StopAsync(TimeSpan drain)
    {
        lock (_gate)
        {
            return _stopped ??= StopOnceAsync(drain);
        }
    }

    /// <summary>Stops the host with <see cref="DefaultDrain" />.</summary>
    /// <returns>When the host has stopped.</returns>
    public async ValueTask DisposeAsync() => await StopAsync(DefaultDrain);

    /// <summary>Starts a host for the functions of some classes, with services of their own.</summary>
    internal static async Task<LocalFunctionsHost> StartAsync(
        LocalHostOptions options, IEnumerable<Type> types, Action<IServiceCollection, IConfiguration> register,
        CancellationToken cancellationToken)
    {
        var folder = HostStartup.ScriptRoot(options);
        var settings = LocalSettings.Build(options, Environment.GetEnvironmentVariables(), folder);
        var hostJson = HostJson.Load(folder, settings);
        var functions = FunctionDiscovery.Find(types);
        var kafka = HostStartup.Kafka(settings);
        var topic = settings["OrdersTopic"]!;
        HostStartup.CheckDeadline(settings, hostJson);

        var app = HostStartup.BuildApp(settings, hostJson, options, register);
        LocalFunctionsHost? host = null;
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("FunctionsConsumers.LocalHost");

        // From now on, since a start waits too; and its listeners wait for records, and would not notice a broker that is silent.
        var watch = new BrokerWatch(kafka, TimeProvider.System, logger);
        watch.Follow(topic);
        try
        {
            if (hostJson.Unknown.Count > 0)
            {
                LogUnknown(logger, string.Join(", ", hostJson.Unknown));
            }

            // Said before anything is asked of them: who waits for a service is to see which.
            foreach (var line in app.Services.GetService<MailSettings>() is null ? [] : SettingsInEffect.Lines(app.Services))
            {
                await options.Log.WriteLineAsync(line);
            }

            var invokers = functions.Kafka.Select(function => new FunctionInvoker<KafkaRecord[]>(function, app.Services)).ToList();
            var timers = functions.Timers.Select(function => new FunctionInvoker<TimerInfo>(function, app.Services)).ToList();
            var isMock = await new TopicSetup(kafka, logger, options.Patience).EnsureAsync(topic, options.Partitions, cancellationToken);
            if (options.UntilTables is { } untilTables)
            {
                await untilTables(cancellationToken);
            }

            if (app.Services.GetService<TableAccounts>() is { } accounts)
            {
                await TablesProbe.EnsureAsync(accounts, options.Patience, line => LogWaiting(logger, line), cancellationToken);
            }

            await HostStartup.StartAppAsync(app, cancellationToken);

            host = new LocalFunctionsHost(app, kafka, topic, watch, logger);
            for (var i = 0; i < functions.Kafka.Count; i++)
            {
                host.Add(functions.Kafka[i], invokers[i], settings, hostJson.Kafka, isMock);
            }

            for (var i = 0; i < functions.Timers.Count; i++)
            {
                host.Add(functions.Timers[i], timers[i], settings);
            }

            if (functions.Http.Count > 0)
            {
                await host.ServeAsync(
                    functions.Http, hostJson.RoutePrefix, options.HttpPort ?? LocalSettings.HttpPort(folder), cancellationToken);
            }

            if (KafkaExtension.Notice is { } notice)
            {
                await options.Log.WriteLineAsync(notice);
            }

            if (!options.Quiet)
            {
                await options.Log.WriteLineAsync(host.Listing());
            }

            host.Start();
            return host;
        }
        catch
        {
            if (host?._http is { } http)
            {
                await http.DisposeAsync();
            }

            watch.Dispose();
            await EndAsync(app);
            throw;
        }
    }

    // The app may have been started by half; what its services say of that is not why the start failed.
    private static async Task EndAsync(IHost app)
    {
        try
        {
            using var limit = new CancellationTokenSource(LeaveTimeout);
            await app.StopAsync(limit.Token);
        }
        catch (Exception failure)
        {
            LogHalfStarted(
                app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("FunctionsConsumers.LocalHost"), failure.Message);
        }
        finally
        {
            app.Dispose();
        }
    }

    private void Add(
        KafkaFunction function, FunctionInvoker<KafkaRecord[]> invoker, IConfiguration settings, KafkaHostOptions options, bool isMock)
    {
        var trigger = function.Trigger;
        var topic = SettingNames.Resolve(trigger.Topic, settings, function.Name);
        var group = SettingNames.Resolve(trigger.ConsumerGroup!, settings, function.Name);
        var kafka = Kafka with { Brokers = SettingNames.Resolve(trigger.BrokerList, settings, function.Name) };
        _listeners.Add(new KafkaListener(
            TriggerBatches.Options(function.Name, topic, ConsumerSettings.For(kafka, group, options, isMock), options),
            TriggerBatches.Handler(invoker.InvokeAsync),
            _watch,
            Report,
            TimeProvider.System,
            _logger));
        Functions = [.. Functions, new LocalFunction(function.Name, "kafkaTrigger", group, topic)];
    }

    private void Add(TimerFunction function, FunctionInvoker<TimerInfo> invoker, IConfiguration settings)
    {
        var schedule = SettingNames.Resolve(function.Trigger.Schedule, settings, function.Name);
        try
        {
            _timers.Add(new TimerListener(function.Name, TimerSchedule.Parse(schedule), function.Trigger.RunOnStartup, invoker.InvokeAsync,
                TimeProvider.System, _logger));
        }
        catch (FormatException malformed)
        {
            throw new LocalHostException($"The schedule of function {function.Name} is wrong: {malformed.Message}", malformed);
        }

        Functions = [.. Functions, new LocalFunction(function.Name, "timerTrigger", null, null, schedule)];
    }

    private async Task ServeAsync(IReadOnlyList<HttpFunction> functions, string prefix, int? port, CancellationToken cancellationToken)
    {
        _http = await HttpServer.StartAsync(functions, prefix, port, _app.Services, cancellationToken);
        Functions =
        [
            .. Functions,
            .. functions.Select(function => new LocalFunction(function.Name, "httpTrigger", null, null, null, _http.Describe(function))),
        ];
    }

    /// <summary>The functions as <c>func start</c> lists them.</summary>
    private string Listing() =>
        string.Join(Environment.NewLine, ["Functions:", "", .. Functions.Select(function => "        " + function.Describe()), ""]);

    private void Start()
    {
        foreach (var listener in _listeners)
        {
            listener.Start();
        }

        _timers.ForEach(timer => timer.Start());
        Report();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "host.json: extensions.kafka has no option named {Names}; left out")]
    private static partial void LogUnknown(ILogger logger, string names);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Line}")]
    private static partial void LogWaiting(ILogger logger, string line);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The host could not be started, and what had been started of it did not stop cleanly: {Reason}")]
    private static partial void LogHalfStarted(ILogger logger, string reason);
}
