namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>What every binding's attribute derives from.</summary>
public abstract class BindingAttribute : Attribute;

/// <summary>What every trigger's attribute derives from.</summary>
public abstract class TriggerBindingAttribute : BindingAttribute;
