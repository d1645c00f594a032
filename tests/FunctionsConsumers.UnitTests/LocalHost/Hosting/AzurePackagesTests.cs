using System.Reflection;
using System.Reflection.Emit;
using FunctionsConsumers.LocalHost.Hosting;

namespace FunctionsConsumers.UnitTests.LocalHost.Hosting;

public sealed class AzurePackagesTests
{
    [Fact]
    public void An_app_on_stand_ins_says_so() =>
        Assert.Contains("stand-ins", AzurePackages.Notice(AssemblyWith("stand-ins")), StringComparison.Ordinal);

    [Fact]
    public void An_app_on_the_genuine_packages_says_nothing() =>
        Assert.Null(AzurePackages.Notice(AssemblyWith("genuine")));

    [Fact]
    public void The_app_notes_what_it_was_compiled_on() =>
        Assert.Contains(
            typeof(BillingServiceConsumer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(note => note.Key == "AzurePackages").Value,
            (string[])["genuine", "stand-ins"]);

    private static AssemblyBuilder AssemblyWith(string packages) => AssemblyBuilder.DefineDynamicAssembly(
        new AssemblyName("App"),
        AssemblyBuilderAccess.Run,
        [new CustomAttributeBuilder(typeof(AssemblyMetadataAttribute).GetConstructor([typeof(string), typeof(string)])!, ["AzurePackages", packages])]);
}
