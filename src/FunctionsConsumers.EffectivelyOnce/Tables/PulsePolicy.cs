using Azure.Core;
using Azure.Core.Pipeline;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>Tells an account's pulse of every try of every request of a client.</summary>
/// <param name="pulse">The pulse.</param>
internal sealed class PulsePolicy(AccountPulse pulse) : HttpPipelinePolicy
{
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var number = pulse.Begin();
        try
        {
            await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
            pulse.Answered(number);
        }
        catch (Exception failure)
        {
            pulse.Unanswered(number, Reason(message, failure));
            throw;
        }
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var number = pulse.Begin();
        try
        {
            ProcessNext(message, pipeline);
            pulse.Answered(number);
        }
        catch (Exception failure)
        {
            pulse.Unanswered(number, Reason(message, failure));
            throw;
        }
    }

    private static string? Reason(HttpMessage message, Exception failure) => message.CancellationToken.IsCancellationRequested
        ? null
        : failure is OperationCanceledException ? "no answer in time" : failure.Message.Split('\n', 2)[0].TrimEnd();
}
