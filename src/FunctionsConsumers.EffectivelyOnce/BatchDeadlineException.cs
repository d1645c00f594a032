namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>The deadline of a batch passed before every record was settled. Nothing is lost: deliver the batch again.</summary>
/// <param name="message">What was left, and the last answer of the table service.</param>
/// <param name="innerException">The last failure, where there was one.</param>
public sealed class BatchDeadlineException(string message, Exception? innerException = null) : Exception(message, innerException);
