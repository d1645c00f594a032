namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>A setting is missing or wrong, or the service it names refuses it; waiting does not mend it.</summary>
/// <param name="message">One line: the setting and the fix.</param>
/// <param name="innerException">The failure behind it, where there was one.</param>
public sealed class SettingException(string message, Exception? innerException = null) : Exception(message, innerException);
