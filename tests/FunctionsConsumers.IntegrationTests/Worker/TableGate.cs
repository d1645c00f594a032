using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace FunctionsConsumers.IntegrationTests.Worker;

/// <summary>
/// A port in front of a table service on this machine that a test can shut: then every connection is cut, and so is each
/// that is tried. What the service has committed by then stays.
/// </summary>
internal sealed partial class TableGate : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<TcpClient> _open = [];
    private readonly Lock _lock = new();
    private readonly int _service;
    private readonly Task _accepting;
    private bool _isShut;
    private int _refused;

    /// <summary>Opens a gate.</summary>
    /// <param name="connectionString">The connection string of the service.</param>
    public TableGate(string connectionString)
    {
        var port = PortPattern().Match(connectionString);
        _service = int.Parse(port.ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        _listener.Start();
        ConnectionString = connectionString[..port.Index] + ((IPEndPoint)_listener.LocalEndpoint).Port + connectionString[
            (port.Index + port.Length)..];
        _accepting = AcceptAsync();
    }

    /// <summary>The connection string that leads through the gate.</summary>
    public string ConnectionString { get; }

    /// <summary>How many connections were tried in vain.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Cuts all connections, and those to come.</summary>
    public void Shut()
    {
        lock (_lock)
        {
            _isShut = true;
            _open.ForEach(client => client.Dispose());
            _open.Clear();
        }
    }

    /// <summary>Lets connections through again.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isShut = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Shut();
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The gate is taken down.
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var service = new TcpClient();
        using (client)
        {
            try
            {
                if (!Keep(client, service))
                {
                    return;
                }

                await service.ConnectAsync(IPAddress.Loopback, _service);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(service.GetStream()), service.GetStream().CopyToAsync(client.GetStream()));
            }
            catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Either end has gone, or the gate was shut.
            }
        }

        lock (_lock)
        {
            _open.Remove(client);
            _open.Remove(service);
        }
    }

    private bool Keep(TcpClient client, TcpClient service)
    {
        lock (_lock)
        {
            if (_isShut)
            {
                _refused++;
                return false;
            }

            _open.AddRange([client, service]);
            return true;
        }
    }

    [GeneratedRegex("(?<=TableEndpoint=http://127.0.0.1:)[0-9]+")]
    private static partial Regex PortPattern();
}
