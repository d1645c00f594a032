using System.Text.Json.Serialization;
using EffectivelyOnce.HttpCalls;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static System.Text.Json.JsonSerializer;

// Orders a label for each parcel, by an HTTP call to a carrier that is no part of the transaction.
// Settings: KafkaBrokers, Tables, HttpCallAddress, and EffectivelyOnce__InDoubt for a call whose answer was lost.
var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddEffectivelyOnce(builder.Configuration)
    .AddMessageSender<HttpCallSender>() // the own kind of message: that is all it takes
    .AddJsonEvents<Parcel>(ParcelJson.Default.Parcel, subject: parcel => parcel.Id)
    .AddKafkaConsumer<Parcel, LabelPlanner>("parcels");
await builder.Build().RunAsync();

/// <summary>A parcel: its id, and where it goes.</summary>
internal sealed record Parcel(string Id, string To);

/// <summary>Plans one row <c>label!&lt;id&gt;</c>, and in the same transaction the call that orders the label.</summary>
internal sealed class LabelPlanner : IEventPlanner<Parcel>
{
    public static string Group => "labels";

    public static string EffectKind => "label";

    public Plan Plan(Parcel parcel, EventIdentity identity) => new()
    {
        Effect = { ["To"] = parcel.To },
        Messages = [new PlannedMessage(HttpCallSender.HttpCall, SerializeToUtf8Bytes(parcel, ParcelJson.Default.Parcel))],
    };
}

[JsonSerializable(typeof(Parcel))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ParcelJson : JsonSerializerContext;
