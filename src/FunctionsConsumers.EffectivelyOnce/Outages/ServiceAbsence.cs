using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Outages;

/// <summary>A service that gives no answer: which, where, since when, and why as far as it is known.</summary>
/// <param name="Service">What it is, and where: "Kafka at host:9092 (setting KafkaBrokers)", "the tables at …".</param>
/// <param name="Since">Since when, UTC.</param>
/// <param name="Reason">What was seen of it last.</param>
internal sealed record ServiceAbsence(string Service, DateTimeOffset Since, string Reason)
{
    /// <summary>The service at the beginning of a sentence.</summary>
    public string Name => char.ToUpperInvariant(Service[0]) + Service[1..];

    /// <summary>The time of day since when, as it is said: UTC, as the log's.</summary>
    public string SinceText => Since.UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>All of it as one clause.</summary>
    public override string ToString() => $"no answer from {Service} since {SinceText} ({Reason})";
}
