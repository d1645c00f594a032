using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Tables;

/// <summary>A transaction as it is sent: a change set of requests, each with its method, its address and its headers.</summary>
/// <param name="Table">The table of all of them.</param>
/// <param name="PartitionKey">The partition of all of them.</param>
/// <param name="Operations">What they ask.</param>
internal sealed record TransactionBody(string Table, string PartitionKey, IReadOnlyList<RowOperation> Operations)
{
    private const string Version = " HTTP/1.1";

    /// <summary>Reads a body. A JSON object stands on one line, so that lines are all there is to read.</summary>
    public static TransactionBody Read(string body)
    {
        var (table, partitionKey) = ("", "");
        var operations = new List<RowOperation>();
        using var lines = new StringReader(body);
        while (lines.ReadLine() is { } line)
        {
            if (!line.EndsWith(Version, StringComparison.Ordinal))
            {
                continue;
            }

            var start = line.Split(' ');
            var etag = ETag(lines);
            var address = RowAddress.Read(new Uri(start[1]));
            var entity = start[0] == "DELETE" ? null : Entity.Read(lines.ReadLine()!);
            var (partition, rowKey) = (address.PartitionKey ?? entity!.PartitionKey, address.RowKey ?? entity!.RowKey);
            if (operations.Count > 0 && (table, partitionKey) != (address.Table, partition))
            {
                throw new InvalidDataException($"A transaction is on {table} {partitionKey} and on {address.Table} {partition}.");
            }

            (table, partitionKey) = (address.Table, partition);
            operations.Add(start[0] switch
            {
                "POST" => RowOperation.Insert(rowKey, entity!.Columns),
                "PUT" => RowOperation.Replace(rowKey, entity!.Columns, etag ?? throw Unconditional(line)),
                "PATCH" or "MERGE" => RowOperation.Merge(rowKey, entity!.Columns, etag ?? throw Unconditional(line)),
                "DELETE" => RowOperation.Delete(rowKey, etag ?? throw Unconditional(line)),
                _ => throw new NotSupportedException($"The modelled service does not know {line}."),
            });
        }

        return new TransactionBody(table, partitionKey, operations);
    }

    // Reads on to the empty line before the body.
    private static string? ETag(StringReader lines)
    {
        string? etag = null;
        while (lines.ReadLine() is { Length: > 0 } header)
        {
            if (header.StartsWith("If-Match: ", StringComparison.Ordinal))
            {
                etag = Entity.VersionOf(header["If-Match: ".Length..]);
            }
        }

        return etag;
    }

    private static InvalidDataException Unconditional(string line) =>
        new($"{line} carries no If-Match: it would write whatever is there.");
}
