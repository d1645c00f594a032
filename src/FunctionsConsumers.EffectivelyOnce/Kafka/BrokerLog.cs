using FunctionsConsumers.EffectivelyOnce.Outages;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>What a <see cref="BrokerWatch" /> says, in a log.</summary>
internal sealed partial class BrokerLog(ILogger logger)
{
    public void Away(ServiceAbsence absence) => LogAway(absence.Service, absence.SinceText, absence.Reason);

    public void Back(ServiceAbsence absence, TimeSpan time) => LogBack(absence.Service, time.TotalSeconds);

    public void Unreachable(string line) => LogUnreachable(line);

    public void Reachable(string line) => LogReachable(line);

    public void Error(string client, string reason) => LogError(client, reason);

    [LoggerMessage(100, LogLevel.Warning, "{Broker} is away since {Since} ({Reason}); its consumers wait for it")]
    private partial void LogAway(string broker, string since, string reason);

    [LoggerMessage(101, LogLevel.Information, "{Broker} is back after {Seconds:0} s")]
    private partial void LogBack(string broker, double seconds);

    [LoggerMessage(102, LogLevel.Warning, "{Client}: {Reason}")]
    private partial void LogError(string client, string reason);

    [LoggerMessage(103, LogLevel.Warning, "{Line}")]
    private partial void LogUnreachable(string line);

    [LoggerMessage(104, LogLevel.Information, "{Line}")]
    private partial void LogReachable(string line);
}
