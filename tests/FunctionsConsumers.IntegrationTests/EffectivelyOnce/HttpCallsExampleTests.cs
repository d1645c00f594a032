using System.Collections.Concurrent;
using System.Diagnostics;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.IntegrationTests.Feeds;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.IntegrationTests.EffectivelyOnce;

/// <summary>
/// The example with HTTP calls as a process of its own, and a receiver that acts on the first call and hangs up without an
/// answer.
/// </summary>
/// <param name="azurite">The tables.</param>
public sealed class HttpCallsExampleTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly MockCluster _cluster = MockCluster.Start();
    private CallReceiver _receiver = null!;
    private Process? _process;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster.CreateTopic("parcels", 1);
        _receiver = await CallReceiver.StartAsync();
        _receiver.OnCall = (number, call) =>
        {
            if (number == 1)
            {
                call.Abort();
            }

            return Task.CompletedTask;
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process?.Dispose();
        await _receiver.DisposeAsync();
        _cluster.Dispose();
    }

    [Fact]
    public async Task Under_Resend_a_receiver_is_asked_for_a_call_whose_answer_was_lost_and_is_not_called_again_where_it_has_it()
    {
        await ProduceAsync("""{"id":"r-1","to":"Berlin"}""");
        Start("Resend");

        await Eventually.TrueAsync(async () => !_receiver.Questions.IsEmpty
            && (await OutboxAsync()).Count == 0, "the receiver is asked and the call leaves the outbox");

        Assert.Equal("""application/json {"id":"r-1","to":"Berlin"}""", Assert.Single(_receiver.Done).Value);
        Assert.Equal(Assert.Single(_receiver.Calls), Assert.Single(_receiver.Questions));
    }

    [Fact]
    public async Task Under_Park_a_call_whose_answer_was_lost_waits_until_somebody_says_so_and_the_receiver_is_asked_first()
    {
        await ProduceAsync("""{"id":"p-1","to":"Bonn"}""");
        Start("Park");

        OutboxEntry? parked = null;
        await Eventually.TrueAsync(async () => (parked = (await OutboxAsync())
            .SingleOrDefault(entry => entry.State == OutboxRows.Parked)) is not null, "the call is parked");
        Assert.Equal(("http-call", "p-1", Assert.Single(_receiver.Calls)), (parked!.Kind, parked.Subject, parked.Id));
        Assert.StartsWith("in doubt: ", parked.Detail, StringComparison.Ordinal);

        var table = (await GroupTable.FindAsync(TableAccounts.FromConnectionStrings(azurite.ConnectionString), "labels", Cancellation))!;
        Assert.Equal(OutboxChange.Made,
            await new OutboxByHand("labels", table.Store, new Buckets(table.Buckets), TimeProvider.System).ResendAsync(parked,
            Cancellation));
        await Eventually.TrueAsync(async () => (await OutboxAsync()).Count == 0, "the call leaves the outbox");

        Assert.Equal([parked.Id], _receiver.Questions);
        Assert.Equal([parked.Id], _receiver.Calls);
        Assert.Single(_receiver.Done);
    }

    private async Task<List<OutboxEntry>> OutboxAsync()
    {
        Assert.False(_process!.HasExited, string.Join('\n', _lines));
        return await GroupTable.FindAsync(
            TableAccounts.FromConnectionStrings(azurite.ConnectionString), "labels", Cancellation) is { } table
            ? await new OutboxByHand("labels", table.Store, new Buckets(table.Buckets),
                TimeProvider.System).ListAsync(Cancellation).ToListAsync(Cancellation)
            : [];
    }

    private async Task ProduceAsync(string value)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _cluster.Brokers }).Build();
        await producer.ProduceAsync("parcels", new Message<Null, string> { Value = value }, Cancellation);
    }

    private void Start(string policy)
    {
        var program = Path.Combine(
            Dotnet.Repository, "examples/EffectivelyOnce.HttpCalls/bin", Dotnet.Configuration, "net10.0/EffectivelyOnce.HttpCalls.dll");
        var start = new ProcessStartInfo("dotnet", [
            program, "--KafkaBrokers", _cluster.Brokers, "--Tables", azurite.ConnectionString, "--HttpCallAddress",
            _receiver.Address.ToString(),
            "--EffectivelyOnce:InDoubt", policy, "--EffectivelyOnce:OutboxLease", "00:00:10"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }
}
