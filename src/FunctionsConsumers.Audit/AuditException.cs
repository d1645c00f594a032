namespace FunctionsConsumers.Audit;

/// <summary>Topic or tables could not be read. The message is one line that names what was asked, and the fix.</summary>
/// <param name="message">The line.</param>
/// <param name="innerException">What was behind it.</param>
internal sealed class AuditException(string message, Exception? innerException = null) : Exception(message, innerException);
