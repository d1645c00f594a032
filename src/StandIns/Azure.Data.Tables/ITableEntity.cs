namespace Azure.Data.Tables;

/// <summary>What every entity of a table has.</summary>
public interface ITableEntity
{
    /// <summary>The entity's version; set by the service at every write.</summary>
    ETag ETag { get; set; }

    /// <summary>The partition, at most 1 KiB as UTF-16.</summary>
    string PartitionKey { get; set; }

    /// <summary>The key within the partition, at most 1 KiB as UTF-16.</summary>
    string RowKey { get; set; }

    /// <summary>When the service wrote the entity last; ignored in requests.</summary>
    DateTimeOffset? Timestamp { get; set; }
}
