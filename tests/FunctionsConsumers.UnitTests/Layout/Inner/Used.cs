namespace FunctionsConsumers.UnitTests.Layout.Inner;

/// <summary>Uses another namespace nowhere but in the body of a method.</summary>
internal static class Used
{
    public static int Count() => InstructionTokens.Of(default).Count;
}
