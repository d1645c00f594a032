namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>The reasons that the library itself gives; a decoder adds its own.</summary>
public static class DeadLetterReasons
{
    /// <summary>Another payload under the same key: a producer's mistake.</summary>
    public const string KeyReused = "key-reused";

    /// <summary>The value is not JSON.</summary>
    public const string NotJson = "not-json";

    /// <summary>The value is JSON and does not fit the event's type.</summary>
    public const string NotAnEvent = "not-an-event";

    /// <summary>The event does not say what it is about.</summary>
    public const string NoSubject = "no-subject";

    /// <summary>Something is longer than the table takes, or than the contract allows.</summary>
    public const string TooLarge = "too-large";

    /// <summary>The event's effects are more rows than one transaction takes.</summary>
    public const string TooWide = "too-wide";

    /// <summary>
    /// The event's rows were refused: by the table service, or by the library, because the plan holds what no plan may, a
    /// counter cannot take its amount, or the decoder or the consumer threw.
    /// </summary>
    public const string Refused = "refused";

    /// <summary>The header <c>redrive-group</c> names no consumer group.</summary>
    public const string BadRedrive = "bad-redrive";
}
