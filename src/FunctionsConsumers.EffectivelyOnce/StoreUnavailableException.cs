namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>The table service gave no answer, or one that says to come back later. Waiting mends it.</summary>
/// <param name="message">What was asked, and the answer.</param>
/// <param name="innerException">The failure behind it.</param>
public sealed class StoreUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
