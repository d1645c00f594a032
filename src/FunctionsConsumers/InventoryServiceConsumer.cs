using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Inventory;
using FunctionsConsumers.Security;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers;

/// <summary>The consumer group <c>inventory</c>: its products reserved from stock for each order.</summary>
/// <param name="processor">Handles the group's batches, once each.</param>
public sealed class InventoryServiceConsumer([FromKeyedServices(ReservationConsumer.GroupName)] IBatchProcessor processor)
{
    /// <summary>Handles a batch; an exception makes the host deliver it again.</summary>
    /// <param name="records">The records.</param>
    /// <param name="cancellationToken">Set when the host stops.</param>
    /// <returns>When every record is settled.</returns>
    [Function(nameof(InventoryServiceConsumer))]
    public Task Run(
        [KafkaTrigger("KafkaBrokers", "%OrdersTopic%", ConsumerGroup = ReservationConsumer.GroupName, IsBatched = true,
            KeyDataType = KafkaMessageKeyType.Binary,
            Protocol = KafkaSecurity.Protocol, AuthenticationMode = KafkaSecurity.Authentication,
            Username = KafkaSecurity.Username, Password = KafkaSecurity.Password,
            OAuthBearerMethod = KafkaSecurity.TokenMethod, OAuthBearerTokenEndpointUrl = KafkaSecurity.TokenEndpoint,
            OAuthBearerScope = KafkaSecurity.TokenScope,
            OAuthBearerClientId = KafkaSecurity.TokenClientId, OAuthBearerClientSecret = KafkaSecurity.TokenClientSecret)]
        KafkaRecord[] records,
        CancellationToken cancellationToken) => processor.ProcessAsync(records.ToConsumed(), cancellationToken);
}
