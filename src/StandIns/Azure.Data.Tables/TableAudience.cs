using System.ComponentModel;

namespace Azure.Data.Tables;

/// <summary>The cloud whose tokens a client asks for.</summary>
public readonly struct TableAudience : IEquatable<TableAudience>
{
    private readonly string _value;

    /// <summary>An audience of one's own.</summary>
    /// <param name="value">The resource's address; the scope asked for is it with <c>/.default</c>.</param>
    /// <exception cref="ArgumentNullException">No value was given.</exception>
    public TableAudience(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>Azure operated by 21Vianet, in China.</summary>
    public static TableAudience AzureChina { get; } = new("AzureChina");

    /// <summary>Azure for the government of the United States.</summary>
    public static TableAudience AzureGovernment { get; } = new("AzureGov");

    /// <summary>Public Azure.</summary>
    public static TableAudience AzurePublicCloud { get; } = new("AzurePublic");

    /// <summary>The scope that a token is asked for.</summary>
    internal string DefaultScope => _value switch
    {
        "AzurePublic" => "https://storage.azure.com/.default",
        "AzureChina" => "https://storage.azure.cn/.default",
        "AzureGov" => "https://storage.azure.us/.default",
        _ => _value.EndsWith('/') ? _value + ".default" : _value + "/.default",
    };

    /// <summary>Whether two audiences are the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True if they are.</returns>
    public static bool operator ==(TableAudience left, TableAudience right) => left.Equals(right);

    /// <summary>Whether two audiences differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True if they do.</returns>
    public static bool operator !=(TableAudience left, TableAudience right) => !left.Equals(right);

    /// <summary>Makes an audience of its text.</summary>
    /// <param name="value">The text.</param>
    public static implicit operator TableAudience(string value) => new(value);

    /// <inheritdoc />
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object? obj) => obj is TableAudience other && Equals(other);

    /// <inheritdoc />
    public bool Equals(TableAudience other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc />
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc />
    public override string ToString() => _value;
}
