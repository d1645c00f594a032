using FunctionsConsumers.Cli.Offsets;
using FunctionsConsumers.Operations.Offsets;

namespace FunctionsConsumers.UnitTests.Cli.Offsets;

public sealed class OffsetsCommandTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_target_is_an_end_of_the_log_an_offset_or_a_time() => Assert.Equal(
        [new OffsetTarget.Earliest(), new OffsetTarget.Latest(), new OffsetTarget.Exactly(15), new OffsetTarget.At(Now.AddHours(-2)), null],
        new[] { "earliest", "latest", "15", "2h", "-1" }.Select(text => OffsetsCommand.Target(text, Now)));
}
