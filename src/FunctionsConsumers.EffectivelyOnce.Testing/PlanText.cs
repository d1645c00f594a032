using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>Writes down a plan, so that two can be compared and their difference told.</summary>
internal static class PlanText
{
    /// <summary>The plan in lines: columns by their names, everything else in the plan's order.</summary>
    public static IReadOnlyList<string> Of(Plan? plan) => plan is null
        ? ["no plan"]
        :
        [
            .. Columns("effect", plan.Effect),
            .. plan.Inserts.SelectMany(insert => Columns("row " + insert.RowKey, insert.Columns).Prepend("row " + insert.RowKey)),
            .. plan.Additions.Select(
                addition => string.Create(CultureInfo.InvariantCulture, $"counter {addition.RowKey} {addition.Column} {addition.Amount}")),
            .. plan.Messages.Select((message, ordinal) =>
                string.Create(CultureInfo.InvariantCulture, $"message {ordinal} {message.Kind} {Payload(message)}")),
        ];

    /// <summary>Where two plans differ first; null where they do not.</summary>
    public static (string One, string Other)? Difference(IReadOnlyList<string> one, IReadOnlyList<string> other)
    {
        for (var line = 0; line < Math.Max(one.Count, other.Count); line++)
        {
            var (left, right) = (one.ElementAtOrDefault(line) ?? "nothing", other.ElementAtOrDefault(line) ?? "nothing");
            if (left != right)
            {
                return (left, right);
            }
        }

        return null;
    }

    private static IEnumerable<string> Columns(string of, IReadOnlyDictionary<string, object> columns) =>
        columns.OrderBy(column => column.Key, StringComparer.Ordinal).Select(column => $"{of} {column.Key} = {Value(column.Value)}");

    private static string Value(object? value) => value switch
    {
        byte[] bytes => IsText(bytes) ? $"'{System.Text.Encoding.ASCII.GetString(bytes)}'" : Convert.ToHexStringLower(bytes),
        DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture) + " (" + value.GetType().Name + ")",
        _ => $"'{value}'",
    };

    // A record for a topic is packed into bytes, in which nobody would find what differs.
    private static string Payload(PlannedMessage message)
    {
        if (message.Kind != TopicMessage.Kind)
        {
            return Value(message.Payload);
        }

        try
        {
            var record = TopicMessage.FromPayload(message.Payload);
            var headers = record.Headers.Select(header => $" {header.Name}: {Bytes(header.Value)}");
            return $"{record.Topic} key {Bytes(record.Key)} value {Bytes(record.Value)}{string.Concat(headers)}";
        }
        catch (InvalidDataException)
        {
            return Value(message.Payload);
        }
    }

    private static string Bytes(byte[]? bytes) => bytes is null ? "none" : Value(bytes);

    private static bool IsText(byte[] bytes) => bytes.All(one => one is >= 32 and < 127);
}
