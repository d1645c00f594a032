using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>
/// Settings of a client. By default a failed try (408, 429, 500, 502, 503, 504, an I/O error, a time-out) is repeated 3
/// times, after 0.8 s and then twice as long each time, and a try takes at most 100 s.
/// </summary>
public class TableClientOptions : ClientOptions
{
    /// <summary>The protocol's newest version that the client speaks.</summary>
    private const ServiceVersion LatestVersion = ServiceVersion.V2020_12_06;

    /// <summary>Settings with their defaults.</summary>
    /// <param name="serviceVersion">The version of the protocol.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such version.</exception>
    public TableClientOptions(ServiceVersion serviceVersion = LatestVersion)
    {
        VersionString = serviceVersion switch
        {
            ServiceVersion.V2019_02_02 => "2019-02-02",
            ServiceVersion.V2020_12_06 => "2020-12-06",
            _ => throw new ArgumentOutOfRangeException(nameof(serviceVersion)),
        };
    }

    /// <summary>Whether the tenant is learnt from the service's challenge, the first request going out without a token. Default false.</summary>
    public bool EnableTenantDiscovery { get; set; }

    /// <summary>The cloud whose tokens are asked for; the public one by default. Not looked at with a shared key.</summary>
    public TableAudience? Audience { get; set; }

    internal string VersionString { get; }

    internal static TableClientOptions WithLoggedNames()
    {
        var options = new TableClientOptions();
        foreach (var name in (ReadOnlySpan<string>)["x-ms-request-id", "DataServiceVersion"])
        {
            options.Diagnostics.LoggedHeaderNames.Add(name);
        }

        foreach (var name in (ReadOnlySpan<string>)["api-version", "$format", "$filter", "$top", "$select"])
        {
            options.Diagnostics.LoggedQueryParameters.Add(name);
        }

        return options;
    }

    /// <summary>Versions of the protocol.</summary>
    public enum ServiceVersion
    {
        /// <summary>2019-02-02.</summary>
        V2019_02_02 = 1,

        /// <summary>2020-12-06.</summary>
        V2020_12_06 = 2,
    }
}
