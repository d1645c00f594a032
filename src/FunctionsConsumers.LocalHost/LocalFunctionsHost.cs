using FunctionsConsumers.EffectivelyOnce.Kafka;

namespace FunctionsConsumers.LocalHost;

/// <summary>Runs the app's functions in this process and feeds their triggers as the Functions host does. For development and tests.</summary>
public sealed class LocalFunctionsHost : IAsyncDisposable
{
    private Task? _stopped;

    private LocalFunctionsHost(IReadOnlyList<LocalFunction> functions, KafkaConnection kafka, string topic, IServiceProvider services)
    {
        Functions = functions;
        Kafka = kafka;
        Topic = topic;
        Services = services;
    }

    /// <summary>How long a batch in flight may take to finish at a stop before it is cancelled, unless said otherwise.</summary>
    public static TimeSpan DefaultDrain { get; } = TimeSpan.FromSeconds(25);

    /// <summary>The functions that run.</summary>
    public IReadOnlyList<LocalFunction> Functions { get; }

    /// <summary>The broker in use.</summary>
    public KafkaConnection Kafka { get; }

    /// <summary>The topic of the orders.</summary>
    public string Topic { get; }

    /// <summary>The app's services.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Starts the host: reads the settings, makes missing topics, starts the app's services and then the triggers.</summary>
    /// <param name="options">What the caller decides.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <returns>The running host.</returns>
    /// <exception cref="LocalHostException">A setting is wrong, or a service cannot be reached; the message is one line.</exception>
    public static Task<LocalFunctionsHost> StartAsync(LocalHostOptions options, CancellationToken cancellationToken) =>
        throw new LocalHostException("The local host is not written yet.");

    /// <summary>Stops fetching, lets the batches in flight finish, commits, and leaves the groups. Nothing after a first call.</summary>
    /// <param name="drain">How long the batches in flight may take before they are cancelled.</param>
    /// <returns>When the host has stopped.</returns>
    public Task StopAsync(TimeSpan drain) => _stopped ??= Task.CompletedTask;

    /// <summary>Stops the host with <see cref="DefaultDrain" />.</summary>
    /// <returns>When the host has stopped.</returns>
    public async ValueTask DisposeAsync() => await StopAsync(DefaultDrain);
}
