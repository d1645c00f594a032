namespace Microsoft.Azure.Functions.Worker;

/// <summary>How a client proves who it is.</summary>
public enum BrokerAuthenticationMode
{
    /// <summary>Not set.</summary>
    NotSet = -1,
    /// <summary>Kerberos.</summary>
    Gssapi = 0,
    /// <summary>User name and password.</summary>
    Plain = 1,
    /// <summary>SCRAM with SHA-256.</summary>
    ScramSha256 = 2,
    /// <summary>SCRAM with SHA-512.</summary>
    ScramSha512 = 3,
    /// <summary>A bearer token.</summary>
    OAuthBearer = 4,
}

/// <summary>How the connection to the broker is protected.</summary>
public enum BrokerProtocol
{
    /// <summary>Not set.</summary>
    NotSet = -1,
    /// <summary>Not at all.</summary>
    Plaintext = 0,
    /// <summary>TLS.</summary>
    Ssl = 1,
    /// <summary>SASL without TLS.</summary>
    SaslPlaintext = 2,
    /// <summary>SASL over TLS.</summary>
    SaslSsl = 3,
}

/// <summary>How the host reads a record's key.</summary>
public enum KafkaMessageKeyType
{
    /// <summary>A 32-bit number.</summary>
    Int = 0,
    /// <summary>A 64-bit number.</summary>
    Long = 1,
    /// <summary>Text.</summary>
    String = 2,
    /// <summary>Bytes as they are.</summary>
    Binary = 3,
}

/// <summary>How a bearer token is got.</summary>
public enum OAuthBearerMethod
{
    /// <summary>By the client's own handler.</summary>
    Default = 0,
    /// <summary>From a token endpoint by client credentials.</summary>
    Oidc = 1,
}
