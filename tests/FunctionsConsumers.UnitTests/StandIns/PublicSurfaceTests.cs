using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.UnitTests.StandIns;

/// <summary>
/// A stand-in may lack what the genuine package has; it may have nothing of its own, or code would compile on one feed and
/// not on the other. Compiled only where the solution is built on stand-ins.
/// </summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Every_public_member_of_the_stand_in_of_the_tables_is_one_of_the_genuine_package()
    {
        var differences = PublicSurface.Compare(typeof(TableClient).Assembly.GetExportedTypes(), Listing.Load("Azure.Data.Tables-12.11.api.txt"));

        Assert.Empty(differences);
    }

    [Fact]
    public void Every_public_member_of_the_stand_in_of_the_worker_is_one_of_the_genuine_packages()
    {
        var differences = PublicSurface.Compare(typeof(KafkaTriggerAttribute).Assembly.GetExportedTypes(), Listing.Load("Microsoft.Azure.Functions.Worker.api.txt"));

        Assert.Empty(differences);
    }

    [Fact]
    public void The_stand_in_of_the_tables_goes_by_the_genuine_version()
    {
        Assert.Equal("Azure.Data.Tables", typeof(TableClient).Assembly.GetName().Name);
        Assert.Equal(new Version(12, 11, 0, 0), typeof(TableClient).Assembly.GetName().Version);
    }
}
