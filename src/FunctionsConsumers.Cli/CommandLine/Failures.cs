using System.Globalization;
using Azure;
using Azure.Identity;
using Confluent.Kafka;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>Says in one line why a command could not be done. Never a stack trace.</summary>
internal static class Failures
{
    /// <summary>The line for an exception.</summary>
    public static string Line(Exception failure) => OneLine(failure switch
    {
        _ when IsOurs(failure) => failure.Message,
        TimeoutException => $"no answer in time: {failure.Message}",
        AggregateException { InnerExceptions.Count: > 0 } several => Line(several.InnerExceptions[0]),
        OperationCanceledException => "stopped before it was done",
        AuthenticationFailedException =>
            $"the credential for the tables was refused: check --tables (setting OrderTables). {failure.Message}",
        RequestFailedException { Status: 401 or 403 } =>
            "the storage account refuses the credential: check the key in --tables (setting OrderTables), or give the identity the role "
                + "Storage Table Data Contributor",
        RequestFailedException { Status: 404 } => "the tables are not there: start ./run once, or check --tables (setting OrderTables)",
        RequestFailedException { Status: 0 } =>
            $"the table service cannot be reached: start ./run, or check --tables (setting OrderTables). {FirstLine(failure.Message)}",
        RequestFailedException refused =>
            string.Create(CultureInfo.InvariantCulture,
                $"the table service answers {refused.Status}: {FirstLine(refused.Message)}; check --tables (setting OrderTables)"),
        HttpRequestException or IOException { InnerException: System.Net.Sockets.SocketException } =>
            $"the table service cannot be reached: start ./run, or check --tables (setting OrderTables). {failure.Message}",
        KafkaException { Error.Code: ErrorCode.Local_Authentication } refused =>
            $"Kafka refuses the login: {refused.Error.Reason}; check KafkaUsername and KafkaPassword",
        KafkaException { Error.Code: ErrorCode.Local_Ssl } refused => $"Kafka: {refused.Error.Reason}; check KafkaSslCaLocation",
        KafkaException refused => $"Kafka: {refused.Error.Reason}; check --brokers (setting KafkaBrokers)",
        UnauthorizedAccessException or IOException =>
            $"a file cannot be read or written: {failure.Message}; look at its permissions and the space left, or set FC_HOME to a folder "
                + $"of your own",
        _ => $"unexpected {failure.GetType().Name}: {failure.Message}",
    });

    /// <summary>Brings a text into one line.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    // What our own code throws says what is wrong and what mends it.
    private static bool IsOurs(Exception failure) =>
        failure is InvalidDataException
            || failure.GetType().Namespace?.StartsWith(nameof(FunctionsConsumers), StringComparison.Ordinal) == true;

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();
}
