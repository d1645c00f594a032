using FunctionsConsumers.Cli.Offsets;
using FunctionsConsumers.Operations.Offsets;

namespace FunctionsConsumers.UnitTests.Cli.Offsets;

public sealed class OffsetsCommandTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_target_is_an_end_of_the_log_an_offset_or_a_time()
    {
        Assert.Equal(new OffsetTarget.Earliest(), OffsetsCommand.Target("earliest", Now));
        Assert.Equal(new OffsetTarget.Latest(), OffsetsCommand.Target("latest", Now));
        Assert.Equal(new OffsetTarget.Exactly(15), OffsetsCommand.Target("15", Now));
        Assert.Equal(new OffsetTarget.At(Now.AddHours(-2)), OffsetsCommand.Target("2h", Now));
        Assert.Null(OffsetsCommand.Target("-1", Now));
    }
}
