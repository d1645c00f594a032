using System.Collections.Concurrent;
using System.Threading.Channels;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.IntegrationTests.Worker.Protocol;
using Grpc.Core;

namespace FunctionsConsumers.IntegrationTests.Worker;

/// <summary>
/// The host's end of the one stream that a worker opens: questions and their answers, told apart by the question's id.
/// What is still open when the stream ends fails with <see cref="WorkerGoneException" />.
/// </summary>
internal sealed class WorkerStream : FunctionRpc.FunctionRpcBase
{
    private readonly Channel<StreamingMessage> _toWorker = Channel.CreateUnbounded<StreamingMessage>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _questions = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isOver;

    /// <summary>Ends when the worker has said that it is there.</summary>
    public Task Started => _started.Task;

    /// <summary>What the worker has logged.</summary>
    public string Log => string.Join('\n', _log);

    public override async Task EventStream(IAsyncStreamReader<StreamingMessage> requestStream,
        IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        var writing = WriteAsync(responseStream, context.CancellationToken);
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                Take(requestStream.Current);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The worker was killed: there is nobody left to be answered.
        }
        finally
        {
            End();
            await writing;
        }
    }

    /// <summary>Sends a message that has no answer.</summary>
    public void Tell(StreamingMessage message) => _toWorker.Writer.TryWrite(message);

    /// <summary>Sends a question.</summary>
    /// <returns>The answer.</returns>
    /// <exception cref="WorkerGoneException">The worker ended before it answered.</exception>
    public Task<StreamingMessage> AskAsync(StreamingMessage question)
    {
        question.RequestId = Guid.NewGuid().ToString();
        var answer = _questions.GetOrAdd(
            question.RequestId, _ => new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously));
        Tell(question);
        if (_isOver)
        {
            answer.TrySetException(new WorkerGoneException());
        }

        return answer.Task;
    }

    /// <summary>Sends a question that a healthy worker answers soon.</summary>
    public Task<StreamingMessage> AskSoonAsync(StreamingMessage question) =>
        Eventually.DoneAsync(AskAsync(question), $"the worker answers {question.ContentCase}");

    private void Take(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.StartStream:
                _started.TrySetResult();
                break;
            case StreamingMessage.ContentOneofCase.RpcLog:
                _log.Enqueue($"{message.RpcLog.Category}: {message.RpcLog.Message} {message.RpcLog.Exception?.Message}");
                break;
            case var _ when _questions.TryRemove(message.RequestId, out var question):
                question.TrySetResult(message);
                break;
        }
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> worker, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in _toWorker.Reader.ReadAllAsync(cancellationToken))
            {
                await worker.WriteAsync(message, cancellationToken);
            }
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException or OperationCanceledException)
        {
            // The reading end tells those who wait.
        }
    }

    private void End()
    {
        _isOver = true;
        _toWorker.Writer.TryComplete();
        foreach (var question in _questions.Values)
        {
            question.TrySetException(new WorkerGoneException());
        }
    }
}

/// <summary>The worker ended before it answered, so that nobody knows what it did.</summary>
internal sealed class WorkerGoneException() : Exception("The worker ended before it answered.");
