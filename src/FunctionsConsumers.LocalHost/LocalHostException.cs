namespace FunctionsConsumers.LocalHost;

/// <summary>
/// The local host cannot start or go on; the message is one line that names the thing and the fix, for a person to read as it
/// is.
/// </summary>
/// <param name="message">The line.</param>
/// <param name="innerException">What was behind it.</param>
public sealed class LocalHostException(string message, Exception? innerException = null) : Exception(message, innerException);
