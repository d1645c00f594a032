using System.Diagnostics;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.EffectivelyOnce.Telemetry;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>Notes on a transaction's span what the table service answered.</summary>
internal static class TransactionSpan
{
    /// <summary>
    /// Notes the answer. One that tells nothing is no error: it is settled by reading back. <paramref name="span" /> is null if
    /// nobody listens.
    /// </summary>
    public static void Answered(this Activity? span, int rows, SubmitStatus answer)
    {
        if (span is not { IsAllDataRequested: true })
        {
            return;
        }

        var word = answer switch
        {
            SubmitStatus.Committed => "committed",
            SubmitStatus.Unknown => "unknown",
            SubmitStatus.Refused => "refused",
            _ => "misconfigured",
        };
        span.SetTag("effectively_once.transaction.rows", rows);
        span.SetTag("effectively_once.transaction.answer", word);
        if (answer is SubmitStatus.Refused or SubmitStatus.Misconfigured)
        {
            GroupSpans.Failed(span, word);
        }
    }
}
