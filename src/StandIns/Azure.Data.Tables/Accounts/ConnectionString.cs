namespace Azure.Data.Tables.Accounts;

/// <summary>What a connection string says: where the tables are and how requests prove who sends them.</summary>
/// <param name="Endpoint">The address of the table service, its query included where the string held a shared access signature.</param>
/// <param name="AccountName">The account's name; null where the string has none.</param>
/// <param name="Key">The account's key; null where a shared access signature takes its place.</param>
internal sealed record ConnectionString(Uri Endpoint, string? AccountName, TableSharedKeyCredential? Key)
{
    // The emulator's account, the same on every machine and printed in its documentation: no secret.
    private const string DevelopmentAccount = "devstoreaccount1";
    private const string DevelopmentKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>Reads a connection string.</summary>
    /// <param name="text">
    /// <c>UseDevelopmentStorage=true</c>; or <c>AccountName</c> and <c>AccountKey</c> with <c>TableEndpoint</c> or with
    /// <c>EndpointSuffix</c> (default <c>core.windows.net</c>) and <c>DefaultEndpointsProtocol</c> (default <c>https</c>);
    /// or <c>SharedAccessSignature</c> with <c>TableEndpoint</c>, or with <c>AccountName</c>.
    /// </param>
    /// <returns>What it says.</returns>
    /// <exception cref="InvalidOperationException">The text is no list of keywords and values.</exception>
    /// <exception cref="ArgumentException">The keywords do not name an account.</exception>
    public static ConnectionString Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text, "connectionString");
        var settings = Split(text);
        if (settings.GetValueOrDefault("UseDevelopmentStorage") == "true")
        {
            return Development(settings.GetValueOrDefault("DevelopmentStorageProxyUri"));
        }

        var account = settings.GetValueOrDefault("AccountName");
        var key = settings.GetValueOrDefault("AccountKey");
        var signature = settings.GetValueOrDefault("SharedAccessSignature");
        var address = settings.GetValueOrDefault("TableEndpoint");
        if ((account is null || (key is null && signature is null)) && (address is null || signature is null))
        {
            throw new ArgumentException("Connection string parsing error");
        }

        var endpoint = address is not null
            ? new UriBuilder(address)
            : new UriBuilder(
                settings.GetValueOrDefault("DefaultEndpointsProtocol") ?? Uri.UriSchemeHttps,
                $"{account}.table.{settings.GetValueOrDefault("EndpointSuffix") ?? "core.windows.net"}");
        if (signature is not null)
        {
            endpoint.Query = signature;
        }

        return new ConnectionString(endpoint.Uri, account, key is null || account is null ? null : new TableSharedKeyCredential(account, key));
    }

    private static ConnectionString Development(string? proxy)
    {
        var endpoint = new UriBuilder("http", "127.0.0.1", 10002, DevelopmentAccount);
        if (proxy is not null)
        {
            var address = new Uri(proxy);
            endpoint.Scheme = address.Scheme;
            endpoint.Host = address.Host;
        }

        return new ConnectionString(endpoint.Uri, DevelopmentAccount, new TableSharedKeyCredential(DevelopmentAccount, DevelopmentKey));
    }

    private static Dictionary<string, string> Split(string text)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf(';');
            var segment = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (segment.IsEmpty)
            {
                throw new InvalidOperationException("Connection string contains two following separators ';'.");
            }

            var equals = segment.IndexOf('=');
            var keyword = (equals < 0 ? segment : segment[..equals]).Trim().ToString();
            if (equals < 0)
            {
                throw new InvalidOperationException($"Connection string doesn't have value for keyword '{keyword}'.");
            }

            var value = segment[(equals + 1)..].Trim().ToString();
            if (value.Length == 0)
            {
                throw new InvalidOperationException($"Connection string has keyword '{keyword}' with empty value.");
            }

            if (!settings.TryAdd(keyword, value))
            {
                throw new InvalidOperationException($"Duplicated keyword '{keyword}'");
            }
        }

        return settings;
    }
}
