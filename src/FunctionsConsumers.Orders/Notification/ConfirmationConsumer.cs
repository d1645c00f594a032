using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Mail;

namespace FunctionsConsumers.Orders.Notification;

/// <summary>
/// Plans one confirmation for each order: a row, which is also the order's row, and one e-mail if the order has an address.
/// Every column is always there. If no mail is sent, all but the id and the channel are empty.
/// </summary>
public sealed class ConfirmationConsumer : IEventPlanner<OrderEvent>
{
    private const string ByEmail = "email";
    private const string NotAtAll = "none";

    /// <summary>The consumer group; its table has the same name.</summary>
    public const string GroupName = "notification";

    /// <inheritdoc />
    public static string Group => GroupName;

    /// <inheritdoc />
    public static string EffectKind => "confirmation";

    /// <inheritdoc />
    public Plan Plan(OrderEvent @event, EventIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(@event);
        ArgumentNullException.ThrowIfNull(identity);
        if (@event.Email is not { } address)
        {
            return new Plan { Effect = Columns(@event.OrderId, "", "", "", NotAtAll) };
        }

        var mail = new EmailPayload(address, ConfirmationText.Subject(@event), ConfirmationText.Text(@event));
        return new Plan
        {
            Effect = Columns(@event.OrderId, mail.To, mail.Subject, identity.MessageId(0), ByEmail),
            Messages = [new PlannedMessage(EmailPayload.Kind, mail.ToBytes())],
        };
    }

    private static EffectColumns Columns(string orderId, string to, string subject, string messageId, string channel) => new()
    {
        ["OrderId"] = orderId,
        ["To"] = to,
        ["Subject"] = subject,
        ["MessageId"] = messageId,
        ["Channel"] = channel,
    };
}
