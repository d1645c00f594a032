using System.Diagnostics;
using System.Text.Json;
using FunctionsConsumers.Lab;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>
/// A process in which somebody else's code runs: a line of JSON in is a round, a line that begins with <c>answer</c> its
/// outcome. It lives through all rounds, so that its code is as warm as ours, and ends when its input does.
/// </summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private const string Answer = "answer ";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private PeerProcess(Process process) => (_process, _errors) = (process, process.StandardError.ReadToEndAsync());

    /// <summary>Starts it.</summary>
    public static PeerProcess Start(string program, params string[] arguments) => new(
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    /// <summary>Has one round run.</summary>
    /// <exception cref="LabException">The process ended instead.</exception>
    public async Task<TOut> AskAsync<TIn, TOut>(TIn round, CancellationToken cancellationToken)
    {
        var line = JsonSerializer.Serialize(round, JsonSerializerOptions.Web);
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } said)
        {
            if (said.StartsWith(Answer, StringComparison.Ordinal))
            {
                return JsonSerializer.Deserialize<TOut>(said[Answer.Length..], JsonSerializerOptions.Web)!;
            }
        }

        var start = _process.StartInfo;
        throw new LabException($"{start.FileName} {string.Join(' ', start.ArgumentList)} ended: {await _errors}");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
