using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>
/// Runs a planner through many short histories of a modelled Kafka topic and a modelled table service: the library's real
/// processor, outbox, progress and gap audit, with crashes, lost and late answers, skipped batches, resent records and up to
/// three owners at once. Each history follows from its seed alone. In each it is checked that every subject has its effect
/// once and as planned, that the planner plans the same for the same event whenever it is asked, and that every message leaves,
/// a second time only where its policy is to send again in doubt.
/// </summary>
public static class Histories
{
    /// <summary>The environment variable that names one seed: only its history is run then, and it is written down.</summary>
    public const string SeedVariable = "EFFECTIVELY_ONCE_SEED";

    /// <summary>Checks a planner whose events are JSON.</summary>
    /// <typeparam name="TEvent">The domain's event.</typeparam>
    /// <typeparam name="TPlanner">The planner.</typeparam>
    /// <param name="planner">The planner, one for all hosts, as the container has it.</param>
    /// <param name="json">How an event is written, from a source-generated context.</param>
    /// <param name="subject">What an event is about.</param>
    /// <param name="events">Events, at least one. They are sent in this order, and some of them again.</param>
    /// <param name="options">How many histories and what may happen in them; null for the defaults.</param>
    /// <returns>What the histories were about.</returns>
    /// <exception cref="HistoryFailedException">A history went wrong: its message is that history.</exception>
    public static HistoriesReport Check<TEvent, TPlanner>(
        TPlanner planner, JsonTypeInfo<TEvent> json, Func<TEvent, string?> subject, IReadOnlyList<TEvent> events,
        HistoryOptions? options = null)
        where TPlanner : IEventPlanner<TEvent> => CheckHosts(_ => planner, json, subject, events, options);

    /// <summary>Checks a planner over records of any form.</summary>
    /// <typeparam name="TEvent">The domain's event.</typeparam>
    /// <typeparam name="TPlanner">The planner.</typeparam>
    /// <param name="planner">The planner, one for all hosts, as the container has it.</param>
    /// <param name="decoder">Reads the records. Its <see cref="IEventDecoder{TEvent}.RefreshAsync" /> has to return at once.</param>
    /// <param name="records">Records, at least one. They are sent in this order, and some of them again.</param>
    /// <param name="options">How many histories and what may happen in them; null for the defaults.</param>
    /// <returns>What the histories were about.</returns>
    /// <exception cref="HistoryFailedException">A history went wrong: its message is that history.</exception>
    public static HistoriesReport CheckRecords<TEvent, TPlanner>(
        TPlanner planner, IEventDecoder<TEvent> decoder, IReadOnlyList<SentRecord> records, HistoryOptions? options = null)
        where TPlanner : IEventPlanner<TEvent> => CheckRecordsOnHosts(_ => planner, decoder, records, options);

    /// <summary>
    /// Checks a planner whose events are JSON and of which each process life has its own, as after a restart: a plan that depends on
    /// what the planner keeps is found out too.
    /// </summary>
    /// <typeparam name="TEvent">The domain's event.</typeparam>
    /// <typeparam name="TPlanner">The planner.</typeparam>
    /// <param name="planner">Makes the planner of one process life. The clock stands still while the planner plans, differs from
    /// host to host, and jumps: a plan that depends on it is found out.</param>
    /// <param name="json">How an event is written, from a source-generated context.</param>
    /// <param name="subject">What an event is about.</param>
    /// <param name="events">Events, at least one. They are sent in this order, and some of them again.</param>
    /// <param name="options">How many histories and what may happen in them; null for the defaults.</param>
    /// <returns>What the histories were about.</returns>
    /// <exception cref="HistoryFailedException">A history went wrong: its message is that history.</exception>
    public static HistoriesReport CheckHosts<TEvent, TPlanner>(
        Func<TimeProvider, TPlanner> planner, JsonTypeInfo<TEvent> json, Func<TEvent, string?> subject, IReadOnlyList<TEvent> events,
        HistoryOptions? options = null)
        where TPlanner : IEventPlanner<TEvent>
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(events);
        return CheckRecordsOnHosts(planner, new JsonEventDecoder<TEvent>(json, subject, null), [.. events.Select(Record)], options);

        SentRecord Record(TEvent sent) => new(JsonSerializer.SerializeToUtf8Bytes(sent, json));
    }

    /// <summary>Checks a planner of which each process life has its own, and which may be given the clock of its host.</summary>
    /// <typeparam name="TEvent">The domain's event.</typeparam>
    /// <typeparam name="TPlanner">The planner.</typeparam>
    /// <param name="planner">Makes the planner of one process life. The clock stands still while the planner plans, differs from
    /// host to host, and jumps: a plan that depends on it is found out.</param>
    /// <param name="decoder">Reads the records. Its <see cref="IEventDecoder{TEvent}.RefreshAsync" /> has to return at once.</param>
    /// <param name="records">Records, at least one. They are sent in this order, and some of them again.</param>
    /// <param name="options">How many histories and what may happen in them; null for the defaults.</param>
    /// <returns>What the histories were about.</returns>
    /// <exception cref="HistoryFailedException">A history went wrong: its message is that history.</exception>
    public static HistoriesReport CheckRecordsOnHosts<TEvent, TPlanner>(
        Func<TimeProvider, TPlanner> planner, IEventDecoder<TEvent> decoder, IReadOnlyList<SentRecord> records,
        HistoryOptions? options = null)
        where TPlanner : IEventPlanner<TEvent>
    {
        ArgumentNullException.ThrowIfNull(planner);
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(records);
        ArgumentOutOfRangeException.ThrowIfZero(records.Count, nameof(records));
        options ??= new HistoryOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Count, 1, nameof(options));
        var trial = new Trial<TEvent>(time => new GroupPlanner<TEvent, TPlanner>(planner(time)), decoder, records, options);
        var seed = NamedSeed();
        var campaign = Campaign.Run(seed ?? options.FirstSeed, seed is null ? options.Count : 1, TimeSpan.MaxValue, trial.Run, Replay);
        return campaign.Failure is { } failure
            ? throw new HistoryFailedException(failure)
            : new HistoriesReport(campaign.Histories, campaign.Steps, campaign.Happenings.ToString(),
                seed is { } one ? Campaign.History(one, trial.Run) : []);
    }

    private static int? NamedSeed() => Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text
        ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : throw new SettingException($"{SeedVariable} is '{text}': give the seed of a history, a whole number.")
        : null;

    private static string Replay(int seed) =>
        $"Run it again: set {SeedVariable}={seed.ToString(CultureInfo.InvariantCulture)} and start this test alone; "
            + "the other histories are left out.";
}
