using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Azure.Data.Tables;

/// <summary>
/// An entity as a dictionary of its properties. A value is a string, int, long, double, bool, <see cref="Guid" />,
/// <see cref="DateTimeOffset" />, UTC <see cref="DateTime" />, byte array or <see cref="BinaryData" />.
/// </summary>
public sealed partial class TableEntity : ITableEntity
{
    internal const string PartitionKeyName = "PartitionKey";
    internal const string RowKeyName = "RowKey";
    internal const string TimestampName = "Timestamp";
    internal const string ETagName = "odata.etag";

    /// <summary>An entity without properties.</summary>
    public TableEntity() => Properties = [];

    /// <summary>An entity with its keys.</summary>
    /// <param name="partitionKey">The partition.</param>
    /// <param name="rowKey">The key within it.</param>
    public TableEntity(string partitionKey, string rowKey)
        : this()
    {
        PartitionKey = partitionKey;
        RowKey = rowKey;
    }

    /// <summary>An entity with properties.</summary>
    /// <param name="values">The properties, which are copied.</param>
    public TableEntity(IDictionary<string, object> values) => Properties = values is null ? [] : new(values);

    /// <inheritdoc />
    public string PartitionKey
    {
        get => GetString(PartitionKeyName)!;
        set => Properties[PartitionKeyName] = value;
    }

    /// <inheritdoc />
    public string RowKey
    {
        get => GetString(RowKeyName)!;
        set => Properties[RowKeyName] = value;
    }

    /// <inheritdoc />
    public DateTimeOffset? Timestamp
    {
        get => GetDateTimeOffset(TimestampName);
        set => Properties[TimestampName] = value!;
    }

    /// <inheritdoc />
    public ETag ETag
    {
        get => GetString(ETagName) is { } etag ? new ETag(etag) : default;
        set => Properties[ETagName] = value.ToString();
    }

    /// <summary>The properties, the keys, the timestamp and the ETag among them.</summary>
    internal Dictionary<string, object> Properties { get; }

    /// <summary>A text.</summary>
    /// <param name="key">The property.</param>
    /// <returns>The value; null where there is none.</returns>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public string? GetString(string key) => Get<string>(key, out var value) ? value : null;

    /// <summary>Bytes.</summary>
    /// <param name="key">The property.</param>
    /// <returns>The value; null where there is none.</returns>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public byte[]? GetBinary(string key) => Get<byte[]>(key, out var value) ? value : null;

    /// <summary>Bytes.</summary>
    /// <param name="key">The property.</param>
    /// <returns>The value; null where there is none.</returns>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public BinaryData? GetBinaryData(string key) => Find(key) switch
    {
        null => null,
        byte[] bytes => BinaryData.FromBytes(bytes),
        BinaryData data => data,
        var other => throw OfAnotherType(typeof(BinaryData), other),
    };

    /// <summary>A truth value.</summary>
    /// <param name="key">The property.</param>
    /// <returns>The value; null where there is none.</returns>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public bool? GetBoolean(string key) => GetValue<bool>(key);

    /// <summary>An instant, as UTC.</summary>
    /// <param name="key">The property.</param>
    /// <returns>The value; null where there is none.</returns>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public DateTime? GetDateTime(string key) => Find(key) switch
    {
        null => null,
        DateTime instant => instant,
        DateTimeOffset instant => instant.UtcDateTime,
        var other => throw OfAnotherType(typeof(DateTime?), other),
    };

    /// <summary>An instant.</summary>
    /// <param name="key">The property.</param>
    /// <returns>The value; null where there is none.</returns>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public DateTimeOffset? GetDateTimeOffset(string key) => Find(key) switch
    {
        null => null,
        DateTimeOffset instant => instant,
        DateTime instant => new DateTimeOffset(instant),
        var other => throw OfAnotherType(typeof(DateTimeOffset?), other),
    };

    /// <summary>A double; an int is not taken for one.</summary>
    /// <param name="key">The property.</param>
    /// <returns>The value; null where there is none.</returns>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public double? GetDouble(string key) => GetValue<double>(key);

    /// <summary>A GUID.</summary>
    /// <param name="key">The property.</param>
    /// <returns>The value; null where there is none.</returns>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public Guid? GetGuid(string key) => GetValue<Guid>(key);

    /// <summary>A 32-bit number.</summary>
    /// <param name="key">The property.</param>
    /// <returns>The value; null where there is none.</returns>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public int? GetInt32(string key) => GetValue<int>(key);

    /// <summary>A 64-bit number; an int is not taken for one.</summary>
    /// <param name="key">The property.</param>
    /// <returns>The value; null where there is none.</returns>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public long? GetInt64(string key) => GetValue<long>(key);

    private static InvalidOperationException OfAnotherType(Type asked, object value) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Cannot return {asked} type for a {value.GetType()} typed property."));

    private T? GetValue<T>(string key)
        where T : struct => Find(key) switch
        {
            null => null,
            T value => value,
            var other => throw OfAnotherType(typeof(T?), other),
        };

    private bool Get<T>(string key, [NotNullWhen(true)] out T? value)
        where T : class
    {
        var found = Find(key);
        value = found as T;
        return value is not null || (found is null ? false : throw OfAnotherType(typeof(T), found));
    }

    private object? Find(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Properties.GetValueOrDefault(key);
    }
}
