using FunctionsConsumers.EffectivelyOnce.Outages;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// Says once that an account gives no answer, within 5 s, and once that it is back: for all clients of a set of accounts
/// together. It learns of the silence from their requests, asks once itself, and asks until there is an answer.
/// </summary>
/// <param name="setting">The setting that names the accounts.</param>
/// <param name="pulses">The accounts' pulses.</param>
/// <param name="time">The clock.</param>
/// <param name="away">Told of an account that gives no answer; may be called from any thread.</param>
/// <param name="back">Told that it is back, and for how long it was away.</param>
/// <param name="ask">Asks an account for anything, and throws where there is no answer; null for a request without a credential.</param>
internal sealed class TablesWatch(
    string setting,
    IReadOnlyList<AccountPulse> pulses,
    TimeProvider time,
    Action<ServiceAbsence> away,
    Action<ServiceAbsence, TimeSpan> back,
    Func<Uri, CancellationToken, Task>? ask = null) : IDisposable
{
    /// <summary>How long a silence may last before the account is asked: requests take milliseconds, and some of them a second.</summary>
    private static readonly TimeSpan Suspicious = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMilliseconds(1_500);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(1);

    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Watches until it is stopped.</summary>
    /// <param name="stop">Stops it.</param>
    /// <returns>When it has stopped.</returns>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(pulses.Select(pulse => RunAsync(pulse, stop)));

    public void Dispose() => _client.Dispose();

    private async Task RunAsync(AccountPulse pulse, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(BetweenLooks, time, stop).ConfigureAwait(false);
                if (pulse.Silence < Suspicious)
                {
                    continue;
                }

                var since = time.GetUtcNow() - pulse.Silence;
                if (await AnswerAsync(pulse, stop).ConfigureAwait(false) is { } reason)
                {
                    await UntilBackAsync(pulse, since, reason, stop).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private async Task UntilBackAsync(AccountPulse pulse, DateTimeOffset since, string reason, CancellationToken stop)
    {
        var absence = new ServiceAbsence(
            $"the tables at {pulse.Account.GetLeftPart(UriPartial.Authority)} (setting {setting})", since, reason);
        away(absence);
        while (await AnswerAsync(pulse, stop).ConfigureAwait(false) is not null)
        {
            await Task.Delay(BetweenQuestions, time, stop).ConfigureAwait(false);
        }

        back(absence, time.GetUtcNow() - since);
    }

    // Null where the account answers, whatever it says: the question carries no credential, and is refused.
    private async Task<string?> AnswerAsync(AccountPulse pulse, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(AnswerTimeout, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            await (ask ?? AskAsync)(pulse.Account, over.Token).ConfigureAwait(false);
            pulse.Answered();
            return null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return pulse.Failure ?? "the connection is there, and no answer comes";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidOperationException)
        {
            return failure.Message;
        }
    }

    private async Task AskAsync(Uri account, CancellationToken cancellationToken)
    {
        using var answer = await _client.GetAsync(account, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(
            false);
    }
}
