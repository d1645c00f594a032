using System.Reflection;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.UnitTests.Layout;

/// <summary>The floors of the library, and no namespaces anywhere that need each other.</summary>
public sealed class NamespacesTests
{
    private const string Library = "FunctionsConsumers.EffectivelyOnce";

    // From the ground up. The registration is Hosting's, in the namespace where a program looks for it.
    private static readonly string[][] Floors =
    [
        [Library],
        [Library + ".Outages"],
        [Library + ".Telemetry"],
        [Library + ".Tables"],
        [Library + ".Subjects"],
        [Library + ".Outbox"],
        [Library + ".DeadLetters"],
        [Library + ".Batches"],
        [Library + ".Progress"],
        [Library + ".Retention"],
        [Library + ".Kafka"],
        [Library + ".Health"],
        [Library + ".Hosting", "Microsoft.Extensions.DependencyInjection"],
    ];

    /// <summary>Our assemblies.</summary>
    public static TheoryData<string> Assemblies() =>
    [
        "FunctionsConsumers.EffectivelyOnce", "FunctionsConsumers.EffectivelyOnce.Testing", "FunctionsConsumers.Orders",
        "FunctionsConsumers",
        "FunctionsConsumers.LocalHost", "FunctionsConsumers.Operations", "FunctionsConsumers.Audit", "FunctionsConsumers.Lab", "fc",
    ];

    [Fact]
    public void A_namespace_of_the_library_knows_only_the_floors_below_it()
    {
        var graph = NamespaceGraph.Of(typeof(SettingException).Assembly);

        var upwards = graph.Uses.Where(use => FloorOf(use.Key.To) > FloorOf(use.Key.From))
            .Select(use => $"{use.Key.From} uses {use.Key.To}: {use.Value}")
            .ToList();

        Assert.True(upwards.Count == 0, string.Join('\n', upwards));
    }

    [Fact]
    public void Every_namespace_of_the_library_has_its_floor() =>
        Assert.Equal(Floors.SelectMany(floor => floor).Order(StringComparer.Ordinal),
            NamespaceGraph.Of(typeof(SettingException).Assembly).Namespaces.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_two_namespaces_need_each_other(string assembly)
    {
        var cycle = NamespaceGraph.Of(Assembly.Load(assembly)).FindCycle();

        Assert.True(cycle.Count == 0, string.Join('\n', cycle));
    }

    [Fact]
    public void A_use_in_the_body_of_a_method_counts() =>
        Assert.Contains((typeof(Inner.Used).Namespace!, typeof(NamespacesTests).Namespace!),
            NamespaceGraph.Of(typeof(NamespacesTests).Assembly).Uses.Keys);

    private static int FloorOf(string name) => Array.FindIndex(Floors, floor => floor.Contains(name, StringComparer.Ordinal));
}
