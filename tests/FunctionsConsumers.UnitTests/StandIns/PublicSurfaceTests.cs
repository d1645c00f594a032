using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.UnitTests.StandIns;

/// <summary>
/// The stand-in may lack what the genuine package has. It may have nothing of its own, or code would compile on one feed and
/// not on the other. Compiled only where the solution is built on the stand-in.
/// </summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Every_public_member_of_the_stand_in_is_one_of_the_genuine_package()
    {
        var differences = PublicSurface.Compare(
            typeof(KafkaTriggerAttribute).Assembly.GetExportedTypes(), Listing.Load(
            "Microsoft.Azure.Functions.Worker.Extensions.Kafka.api.txt"));

        Assert.Empty(differences);
    }

    [Fact]
    public void The_stand_in_goes_by_the_genuine_name_and_version()
    {
        var name = typeof(KafkaTriggerAttribute).Assembly.GetName();

        Assert.Equal("Microsoft.Azure.Functions.Worker.Extensions.Kafka", name.Name);
        Assert.Equal(new Version(4, 3, 0, 0), name.Version);
    }
}
