using System.Reflection;

namespace FunctionsConsumers.UnitTests.Layout;

/// <summary>Which of our assemblies know which others: one way, and what is audited is not known to the audit.</summary>
public sealed class DependenciesTests
{
    [Theory]
    [InlineData("FunctionsConsumers.EffectivelyOnce", "")]
    [InlineData("FunctionsConsumers.EffectivelyOnce.Testing", "FunctionsConsumers.EffectivelyOnce")]
    [InlineData("FunctionsConsumers.Orders", "FunctionsConsumers.EffectivelyOnce")]
    [InlineData("FunctionsConsumers", "FunctionsConsumers.EffectivelyOnce, FunctionsConsumers.Operations, FunctionsConsumers.Orders")]
    [InlineData("FunctionsConsumers.Operations", "FunctionsConsumers.EffectivelyOnce, FunctionsConsumers.Orders")]
    [InlineData("FunctionsConsumers.LocalHost",
        "FunctionsConsumers, FunctionsConsumers.EffectivelyOnce, FunctionsConsumers.Operations, FunctionsConsumers.Orders")]
    [InlineData("FunctionsConsumers.Lab",
        "FunctionsConsumers.Audit, FunctionsConsumers.EffectivelyOnce, FunctionsConsumers.LocalHost, FunctionsConsumers.Orders")]
    public void An_assembly_knows_only_those_below_it(string assembly, string below) =>
        Assert.Equal(below, string.Join(", ", OursOf(assembly)));

    [Fact]
    public void The_audit_knows_neither_the_orders_nor_the_library()
    {
        Assert.Empty(OursOf("FunctionsConsumers.Audit"));
        Assert.Equal(
            ["Azure.Core", "Azure.Data.Tables", "Confluent.Kafka"],
            Assembly.Load("FunctionsConsumers.Audit").GetReferencedAssemblies().Select(reference => reference.Name!)
                .Where(name => !name.StartsWith("System.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> OursOf(string assembly) => Assembly.Load(assembly).GetReferencedAssemblies()
        .Select(reference => reference.Name!)
        .Where(name => name.StartsWith("FunctionsConsumers", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);
}
