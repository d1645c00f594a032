namespace FunctionsConsumers.Lab;

/// <summary>The laboratory could not do what was asked. The message is one line that names the option or setting and the fix.</summary>
internal sealed class LabException(string message, Exception? innerException = null) : Exception(message, innerException);
