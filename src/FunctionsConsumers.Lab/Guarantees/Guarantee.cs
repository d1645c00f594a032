namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>The order in which a consumer has its effect and commits, which decides what a failure does.</summary>
internal enum Guarantee
{
    /// <summary>Commit, then effect: what fails in between never has its effect.</summary>
    AtMostOnce,

    /// <summary>Effect, then commit, without keys: what fails in between has its effect again.</summary>
    AtLeastOnce,

    /// <summary>The library's processor: effect and key in one transaction, then commit.</summary>
    EffectivelyOnce,
}

/// <summary>The guarantees in words.</summary>
internal static class GuaranteeText
{
    /// <summary>The usual name.</summary>
    public static string Name(this Guarantee guarantee) => guarantee switch
    {
        Guarantee.AtMostOnce => "at-most-once",
        Guarantee.AtLeastOnce => "at-least-once",
        _ => "effectively-once",
    };

    /// <summary>The steps, in order.</summary>
    public static string Steps(this Guarantee guarantee) => guarantee switch
    {
        Guarantee.AtMostOnce => "commit, then effect",
        Guarantee.AtLeastOnce => "effect, then commit, no keys",
        _ => "effect with its key, then commit",
    };
}
