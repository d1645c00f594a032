using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FunctionsConsumers.IntegrationTests.Orders.Mail;

/// <summary>
/// A mail server on a loopback port that answers each command as the test says. The script maps a command's first word
/// (and <c>CONNECT</c> for the greeting, <c>.</c> for the end of a mail) to a reply; null hangs up, empty says nothing.
/// </summary>
internal sealed class ScriptedSmtp : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, string?> _script = new()
    {
        ["CONNECT"] = "220 test", ["EHLO"] = "250-test\r\n250 8BITMIME", ["HELO"] = "250 test", ["MAIL"] = "250 ok", ["RCPT"] = "250 ok",
        ["DATA"] = "354 go on", ["."] = "250 taken", ["QUIT"] = "221 bye", ["AUTH"] = "235 ok", ["RSET"] = "250 ok",
    };

    private readonly List<Task> _served = [];
    private readonly Task _running;
    private int _connections;
    private int _open;
    private int _mostOpen;

    public ScriptedSmtp(params (string Command, string? Reply)[] script)
    {
        foreach (var (command, reply) in script)
        {
            _script[command] = reply;
        }

        _listener.Start();
        _running = RunAsync();
    }

    /// <summary>How many connections there were.</summary>
    public int Connections => _connections;

    /// <summary>How many there were side by side at most.</summary>
    public int MostOpen => _mostOpen;

    /// <summary>After how many mails it hangs up on a client that has sent them.</summary>
    public int MailsOfAConnection { get; init; } = int.MaxValue;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many mails it takes and hangs up on, before it answers as the script says.</summary>
    public int MailsWithoutAnswer { get; init; }

    /// <summary>The mails that arrived whole, dot-stuffing undone.</summary>
    public ConcurrentQueue<string> Mails { get; } = [];

    /// <summary>The commands of all connections.</summary>
    public ConcurrentQueue<string> Commands { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        await Task.WhenAll(_served);
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                _served.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            Interlocked.Increment(ref _connections);
            _mostOpen = Math.Max(_mostOpen, Interlocked.Increment(ref _open));
            await ServeAsync(connection.GetStream());
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        var mails = 0;
        try
        {
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var command = "CONNECT";
            while (await ReplyAsync(stream, command.Split(' ', ':')[0].ToUpperInvariant()))
            {
                if (command == "DATA" && _script["DATA"]!.StartsWith("354", StringComparison.Ordinal))
                {
                    Mails.Enqueue(await ReadMailAsync(reader));
                    if (Mails.Count <= MailsWithoutAnswer)
                    {
                        return;
                    }

                    mails++;
                    command = ".";
                }
                else if (mails >= MailsOfAConnection)
                {
                    return;
                }
                else if (await reader.ReadLineAsync(_stopping.Token) is { } line)
                {
                    command = line;
                    Commands.Enqueue(line);
                }
                else
                {
                    return;
                }
            }
        }
        catch (Exception failure) when (failure is IOException || _stopping.IsCancellationRequested)
        {
            // The client hung up, or the test is over.
        }
    }

    private async Task<bool> ReplyAsync(NetworkStream stream, string command)
    {
        var reply = _script.GetValueOrDefault(command, "500 what?");
        if (reply is { Length: > 0 })
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(reply + "\r\n"), _stopping.Token);
        }

        return reply is not null;
    }

    private async Task<string> ReadMailAsync(StreamReader reader)
    {
        var mail = new StringBuilder();
        while (await reader.ReadLineAsync(_stopping.Token) is { } line)
        {
            if (line == ".")
            {
                return mail.ToString();
            }

            mail.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        throw new IOException("The client hung up within a mail.");
    }
}
