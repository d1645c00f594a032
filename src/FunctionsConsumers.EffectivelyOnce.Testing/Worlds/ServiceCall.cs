using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
using System.Collections.Specialized;
using System.Text.RegularExpressions;
using System.Web;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>A request of the client, read: what it asks, and how it is served.</summary>
/// <param name="Table">The table.</param>
/// <param name="Label">What it asks, in a word or two, the same in every run.</param>
/// <param name="Transaction">The transaction; null for a reading.</param>
/// <param name="Serve">Serves it as things are now.</param>
internal sealed partial record ServiceCall(string Table, Func<string> Label, TransactionRequest? Transaction, Func<ServiceAnswer> Serve)
{
    /// <summary>Reads a request. What the model does not speak is a fault of the model, and says so.</summary>
    public static async Task<ServiceCall> ReadAsync(HttpRequestMessage request, Life life, ModelledTable table)
    {
        var uri = request.RequestUri!;
        if (request.Method == HttpMethod.Post && uri.AbsolutePath == "/$batch")
        {
            return Submit(TransactionBody.Read(await request.Content!.ReadAsStringAsync(CancellationToken.None)), life, table);
        }

        if (request.Method != HttpMethod.Get)
        {
            throw new NotSupportedException($"The modelled service does not know {request.Method} {uri}.");
        }

        var address = RowAddress.Read(uri);
        var query = HttpUtility.ParseQueryString(uri.Query);
        var columns = query["$select"]?.Split(',');
        return address.RowKey is null ? Scan(address.Table, query, columns, life, table) : Read(address, columns, table);
    }

    private static ServiceCall Submit(TransactionBody body, Life life, ModelledTable table)
    {
        var request = new TransactionRequest(
            table, life.World.Clock.Now, life.Name, life.CurrentDelivery, body.PartitionKey, body.Operations);
        return new ServiceCall(body.Table, () => ModelledStore.Label(body.PartitionKey, body.Operations), request, () =>
        {
            var result = table.Apply(request);
            SubmitOperation.Judge(life, result);
            return result.Status == SubmitStatus.Committed
                ? ServiceAnswer.Committed(result.ETags)
                : ServiceAnswer.NotCommitted(result.Detail!, body.Operations);
        });
    }

    private static ServiceCall Read(RowAddress address, string[]? columns, ModelledTable table) => new(
        address.Table,
        () => $"read {address.PartitionKey} {address.RowKey}",
        null,
        () => table.Rows(address.PartitionKey!).TryGetValue(address.RowKey!, out var row)
            ? ServiceAnswer.Row(row, columns)
            : ServiceAnswer.Refusal(404, "ResourceNotFound"));

    // A page holds as many rows as the service likes, none among them, whatever the client asks for.
    private static ServiceCall Scan(string name, NameValueCollection query, string[]? columns, Life life, ModelledTable table)
    {
        var range = Range().Match(query["$filter"] ?? "");
        if (!range.Success)
        {
            throw new NotSupportedException($"The modelled service does not know the filter {query["$filter"]}.");
        }

        var (partitionKey, to) = (Unquote(range.Groups[1]), Unquote(range.Groups[3]));
        var from = query["NextRowKey"] ?? Unquote(range.Groups[2]);
        var size = life.World.Choices.Below(4);
        return new ServiceCall(name, () => $"scan {partitionKey} from '{from}' to '{to}'", null, () =>
        {
            List<Row> rows = [.. table.Rows(partitionKey).Values
                .Where(row => string.CompareOrdinal(row.RowKey, from) >= 0 && string.CompareOrdinal(row.RowKey, to) < 0)
                .Take(size + 1)];
            return ServiceAnswer.Page(rows.Take(size), columns, partitionKey, rows.Count > size ? rows[size].RowKey : null);
        });
    }

    private static string Unquote(Group text) => text.Value.Replace("''", "'", StringComparison.Ordinal);

    [GeneratedRegex("^PartitionKey eq '(.*)' and RowKey ge '(.*)' and RowKey lt '(.*)'$", RegexOptions.CultureInvariant)]
    private static partial Regex Range();
}
