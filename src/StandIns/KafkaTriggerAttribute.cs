using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>
/// Feeds a function with records of a Kafka topic. Worker.Sdk writes every property that is set here into the function's
/// metadata, and the host reads the trigger's settings from there.
/// </summary>
[InputConverter(typeof(KafkaRecordConverter))]
[ConverterFallbackBehavior(ConverterFallbackBehavior.Default)]
[BindingCapabilities(KnownBindingCapabilities.FunctionLevelRetry)]
public sealed class KafkaTriggerAttribute : TriggerBindingAttribute, ISupportCardinality
{
    /// <summary>A trigger on a topic.</summary>
    /// <param name="brokerList">The name of the setting that holds the brokers.</param>
    /// <param name="topic">The topic, or a setting's name between percent signs.</param>
    public KafkaTriggerAttribute(string brokerList, string topic)
    {
        BrokerList = brokerList;
        Topic = topic;
    }

    /// <summary>The name of the setting that holds the brokers.</summary>
    public string BrokerList { get; private set; }

    /// <summary>The topic, or a setting's name between percent signs.</summary>
    public string Topic { get; private set; }

    /// <summary>The consumer group.</summary>
    public string ConsumerGroup { get; set; }

    /// <summary>How the record's key is read; text unless set.</summary>
    public KafkaMessageKeyType KeyDataType { get; set; } = KafkaMessageKeyType.String;

    /// <summary>The lag, in records, that one instance is expected to work off; the scaler's target; 1000 unless set.</summary>
    public long LagThreshold { get; set; } = 1000;

    /// <summary>How the connection is protected.</summary>
    public BrokerProtocol Protocol { get; set; } = BrokerProtocol.NotSet;

    /// <summary>How the broker is told who asks.</summary>
    public BrokerAuthenticationMode AuthenticationMode { get; set; } = BrokerAuthenticationMode.NotSet;

    /// <summary>The setting that holds the SASL user name.</summary>
    public string Username { get; set; }

    /// <summary>The setting that holds the SASL password.</summary>
    public string Password { get; set; }

    /// <summary>The setting that holds the path of the certificate authority's file.</summary>
    public string SslCaLocation { get; set; }

    /// <summary>How a token is got.</summary>
    public OAuthBearerMethod OAuthBearerMethod { get; set; }

    /// <summary>The setting that holds the client id of the token endpoint.</summary>
    public string OAuthBearerClientId { get; set; }

    /// <summary>The setting that holds the client's secret.</summary>
    public string OAuthBearerClientSecret { get; set; }

    /// <summary>The scope asked of the token endpoint.</summary>
    public string OAuthBearerScope { get; set; }

    /// <summary>The setting that holds the address of the token endpoint.</summary>
    public string OAuthBearerTokenEndpointUrl { get; set; }

    /// <summary>Whether the function takes many records at a time; one unless set.</summary>
    [DefaultValue(false)]
    public bool IsBatched { get; set; }

    Cardinality ISupportCardinality.Cardinality
    {
        get => IsBatched ? Cardinality.Many : Cardinality.One;
        set => IsBatched = value == Cardinality.Many;
    }
}
