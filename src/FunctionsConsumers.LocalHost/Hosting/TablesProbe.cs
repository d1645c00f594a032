using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.LocalHost.Hosting;

/// <summary>
/// Finds out at the start whether the table accounts can be reached, so that a person gets one line and no endless wait. What
/// they refuse is the library's to say.
/// </summary>
internal static class TablesProbe
{
    /// <summary>After how long it is said that the tables are waited for.</summary>
    private static readonly TimeSpan SaidAfter = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until every account has answered anything.</summary>
    /// <exception cref="LocalHostException">One gave no answer in time.</exception>
    public static Task EnsureAsync(TableAccounts accounts, TimeSpan patience, Action<string> say, CancellationToken cancellationToken) =>
        Task.WhenAll(accounts.Clients.Select(client => EnsureAsync(client.Uri, accounts.Setting, patience, say, cancellationToken)));

    /// <summary>Waits until one account has answered anything.</summary>
    internal static async Task EnsureAsync(
        Uri account, string setting, TimeSpan patience, Action<string> say, CancellationToken cancellationToken)
    {
        var since = DateTimeOffset.UtcNow;
        var name = $"the tables at {account.GetLeftPart(UriPartial.Authority)} (setting {setting})";
        var said = false;
        using var client = new HttpClient();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        Exception? last = null;
        await using var late = new Timer(
            _ =>
            {
                said = true;
                say("The start waits: "
                    + $"{new ServiceAbsence(name, since, last?.Message ?? "the connection is there, and no answer comes")}");
            },
            null, SaidAfter, Timeout.InfiniteTimeSpan);
        try
        {
            while (true)
            {
                try
                {
                    // Any answer will do, and it is a refusal: the question carries no credential.
                    using var answer = await client.GetAsync(account, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                    if (said)
                    {
                        say($"The start goes on, with an answer from {name}");
                    }

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
                $"T{name[1..]} gave no answer within {patience.TotalSeconds:0.#} s ({last?.Message ?? "no connection"}): start them, or "
                + $"name others with --tables.", e);
        }
    }
}
