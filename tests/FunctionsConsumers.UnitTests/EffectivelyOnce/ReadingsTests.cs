using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Telemetry;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class ReadingsTests
{
    private readonly ImpatientTime _time = new();

    [Fact]
    public void A_reading_takes_the_place_of_the_one_before()
    {
        var readings = new Readings<string, int>(TimeSpan.FromMinutes(5), _time);
        readings.Set("a", 1);
        readings.Set("a", 2);

        Assert.Equal([("a", 2)], readings.Current());
    }

    [Fact]
    public void A_reading_that_is_not_renewed_is_forgotten()
    {
        var readings = new Readings<string, int>(TimeSpan.FromMinutes(5), _time);
        readings.Set("old", 1);
        _time.Advance(TimeSpan.FromMinutes(5));
        readings.Set("new", 2);
        Assert.Equal(2, readings.Current().Count);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal([("new", 2)], readings.Current());
    }
}
