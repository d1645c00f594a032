using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Notification;
using FunctionsConsumers.Security;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers;

/// <summary>The consumer group <c>notification</c>: one confirmation e-mail for each order.</summary>
/// <param name="processor">Handles the group's batches, once each.</param>
public sealed class NotificationServiceConsumer([FromKeyedServices(ConfirmationConsumer.GroupName)] IBatchProcessor processor)
{
    /// <summary>Handles a batch; an exception makes the host deliver it again.</summary>
    /// <param name="records">The records.</param>
    /// <param name="cancellationToken">Set when the host stops.</param>
    /// <returns>When every record is settled.</returns>
    [Function(nameof(NotificationServiceConsumer))]
    public Task Run(
        [KafkaTrigger("KafkaBrokers", "%OrdersTopic%", ConsumerGroup = ConfirmationConsumer.GroupName, IsBatched = true,
            KeyDataType = KafkaMessageKeyType.Binary,
            Protocol = KafkaSecurity.Protocol, AuthenticationMode = KafkaSecurity.Authentication,
            Username = KafkaSecurity.Username, Password = KafkaSecurity.Password,
            OAuthBearerMethod = KafkaSecurity.TokenMethod, OAuthBearerTokenEndpointUrl = KafkaSecurity.TokenEndpoint,
            OAuthBearerScope = KafkaSecurity.TokenScope,
            OAuthBearerClientId = KafkaSecurity.TokenClientId, OAuthBearerClientSecret = KafkaSecurity.TokenClientSecret)]
        KafkaRecord[] records,
        CancellationToken cancellationToken) => processor.ProcessAsync(records.ToConsumed(), cancellationToken);
}
