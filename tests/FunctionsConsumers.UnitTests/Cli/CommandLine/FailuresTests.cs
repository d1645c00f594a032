using Azure;
using Confluent.Kafka;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Lab;
using FunctionsConsumers.LocalHost;

namespace FunctionsConsumers.UnitTests.Cli.CommandLine;

public sealed class FailuresTests
{
    public static TheoryData<Exception, string> All => new()
    {
        { new CommandException("no such topic"), "no such topic" },
        { new LocalHostException("node is missing"), "node is missing" },
        { new SettingException("KafkaPassword is not set"), "KafkaPassword" },
        { new AggregateException(new AggregateException(new RequestFailedException(403, "no\nStatus: 403\n"))), "OrderTables" },
        { new RequestFailedException(404, "no table\nat somewhere"), "./run" },
        { new RequestFailedException(500, "Server\r\nat Azure.Core"), "500" },
        { new HttpRequestException("Connection refused"), "OrderTables" },
        { new KafkaException(new Error(ErrorCode.Local_Transport, "gone\nfor good")), "KafkaBrokers" },
        { new KafkaException(new Error(ErrorCode.Local_Authentication, "Invalid username or password")), "KafkaPassword" },
        { new KafkaException(new Error(ErrorCode.Local_Ssl, "certificate verify failed")), "KafkaSslCaLocation" },
        { new OperationCanceledException(), "stopped" },
        { new BatchDeadlineException("EffectivelyOnce__BatchDeadline"), "EffectivelyOnce__BatchDeadline" },
        { new LabException("no broker"), "no broker" },
        { new FunctionsConsumers.Audit.AuditException("no topic"), "no topic" },
        { new UnauthorizedAccessException("Access to the path '/x/.local' is denied."), "FC_HOME" },
        { new TimeoutException("order-events partition 0"), "order-events partition 0" },
        { new InvalidOperationException("surprise\n   at Some.Method()"), "surprise" },
    };

    [Theory]
    [MemberData(nameof(All))]
    public void Every_failure_is_one_line_that_names_the_thing(Exception failure, string named)
    {
        var line = Failures.Line(failure);
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\r', line);
    }
}
