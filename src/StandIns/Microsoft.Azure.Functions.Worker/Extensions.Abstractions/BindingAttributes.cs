namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>What every binding's attribute derives from.</summary>
public abstract class BindingAttribute : Attribute
{
    /// <summary>A binding.</summary>
    public BindingAttribute()
    {
    }
}

/// <summary>What every trigger's attribute derives from.</summary>
public abstract class TriggerBindingAttribute : BindingAttribute
{
    /// <summary>A trigger.</summary>
    public TriggerBindingAttribute()
    {
    }
}

/// <summary>A binding that takes one or many at a time.</summary>
public interface ISupportCardinality
{
    /// <summary>One or many.</summary>
    Cardinality Cardinality { get; set; }
}

/// <summary>How much a function takes at a time.</summary>
public enum Cardinality
{
    /// <summary>Many.</summary>
    Many = 0,

    /// <summary>One.</summary>
    One = 1,
}
