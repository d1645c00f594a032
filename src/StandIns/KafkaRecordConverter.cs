using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>
/// Makes records of what the host sends for the trigger: one binding's data for one record, a collection for a batch. Data
/// of any other kind is left to the worker's own converters; data of another source is an error, since a record that is
/// left out would be lost.
/// </summary>
[SupportsDeferredBinding]
[SupportedTargetType(typeof(KafkaRecord))]
[SupportedTargetType(typeof(KafkaRecord[]))]
internal sealed class KafkaRecordConverter : IInputConverter
{
    private const string Source = "AzureKafkaRecord";
    private const string ContentType = "application/x-protobuf";

    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        try
        {
            return ValueTask.FromResult(context.Source switch
            {
                ModelBindingData record => ConversionResult.Success(Read(record)),
                CollectionModelBindingData batch => ConversionResult.Success(Array.ConvertAll(batch.ModelBindingData, Read)),
                _ => ConversionResult.Unhandled(),
            });
        }
        catch (Exception unreadable)
        {
            return ValueTask.FromResult(ConversionResult.Failed(unreadable));
        }
    }

    private static KafkaRecord Read(ModelBindingData data)
    {
        if (data.Source != Source)
        {
            throw new InvalidOperationException($"The Kafka trigger's data is of source '{data.Source}', not '{Source}'.");
        }

        if (data.ContentType != ContentType)
        {
            throw new InvalidOperationException(
                $"The Kafka trigger's data has the content type '{data.ContentType}', not '{ContentType}'.");
        }

        return KafkaRecordReader.Read(data.Content.ToMemory());
    }
}
