using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.LocalHost.Hosting;

/// <summary>Finds out at the start whether the table accounts can be reached, so that a person gets one line and no endless wait. What they refuse is the library's to say.</summary>
internal static class TablesProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until every account has answered anything.</summary>
    /// <exception cref="LocalHostException">One gave no answer within 10 s.</exception>
    public static Task EnsureAsync(TableAccounts accounts, CancellationToken cancellationToken) =>
        Task.WhenAll(accounts.Clients.Select(client => EnsureAsync(client.Uri, accounts.Setting, Patience, cancellationToken)));

    /// <summary>Waits until one account has answered anything.</summary>
    internal static async Task EnsureAsync(Uri account, string setting, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        Exception? last = null;
        try
        {
            while (true)
            {
                try
                {
                    // Any answer will do, and it is a refusal: the question carries no credential.
                    using var answer = await client.GetAsync(account, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                    return;
                }
                catch (HttpRequestException e)
                {
                    last = e;
                    await Task.Delay(BetweenQuestions, limit.Token);
                }
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LocalHostException(
                $"The tables at {account.GetLeftPart(UriPartial.Authority)} (setting {setting}) gave no answer within {patience.TotalSeconds:0} s ({last?.Message ?? "no connection"}): start them, or name others with --tables.", e);
        }
    }
}
