namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>
/// A history went wrong. The message says what, then gives the history line by line (step, seconds, who, what) and how to run it
/// again.
/// </summary>
/// <param name="message">What went wrong, and the history.</param>
public sealed class HistoryFailedException(string message) : Exception(message);
