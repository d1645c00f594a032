using System.Globalization;
using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.LocalHost.Hosting;
using Microsoft.Playwright;

namespace FunctionsConsumers.IntegrationTests.Status;

/// <summary>The app on a local host with embedded services, and the system's own Chromium before its page.</summary>
public sealed class PageInBrowser : IAsyncLifetime
{
    private const string Topic = "order-events";

    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome"];

    private readonly StringWriter _log = new();
    private readonly TextWriter _lines;
    private EmbeddedServices _broker = null!;
    private EmbeddedServices _tables = null!;
    private LocalFunctionsHost _host = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private IProducer<string?, string> _producer = null!;

    public PageInBrowser() => _lines = TextWriter.Synchronized(_log);

    /// <summary>The page's address.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The connection string of the tables.</summary>
    public string Tables => _tables.TablesConnectionString!;

    /// <summary>The process that serves the tables.</summary>
    public int TablesProcess => _tables.TablesProcessId!.Value;

    /// <summary>What the host has said.</summary>
    public string Log
    {
        get
        {
            lock (_lines)
            {
                return _log.ToString();
            }
        }
    }

    public async ValueTask InitializeAsync()
    {
        _broker = await EmbeddedServices.StartAsync(kafka: true, tables: false, Topic, 2, CancellationToken.None);
        _tables = await EmbeddedServices.StartAsync(kafka: false, tables: true, Topic, 2, CancellationToken.None);
        _host = await LocalFunctionsHost.StartAsync(
            new LocalHostOptions
            {
                Brokers = _broker.Brokers,
                Tables = _tables.TablesConnectionString,
                Topic = Topic,
                HttpPort = 0,
                Log = _lines,
            },
            CancellationToken.None);
        Address = new Uri(_host.HttpAddress + "/api/status");
        _producer = new ProducerBuilder<string?, string>(new ProducerConfig { BootstrapServers = _broker.Brokers, LingerMs = 5 })
            .Build();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = Chromium(), Args = ["--no-sandbox"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _producer?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _tables.DisposeAsync();
        await _broker.DisposeAsync();
        await _log.DisposeAsync();
    }

    /// <summary>
    /// Opens the page in a window of its own. A script error, a policy that was broken, or a dialog fails the test that looks at
    /// <see cref="OpenPage.Troubles" />.
    /// </summary>
    /// <param name="width">The window's width.</param>
    /// <param name="scheme">Light or dark.</param>
    public async Task<OpenPage> OpenAsync(int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });
        var page = await context.NewPageAsync();
        var open = new OpenPage(context, page);
        await page.GotoAsync(Address.ToString());
        await Assertions.Expect(page.Locator("[data-group=billing] [data-figure=lag]")).Not.ToBeEmptyAsync(Patience);
        return open;
    }

    /// <summary>Ends the broker for good.</summary>
    public ValueTask StopBrokerAsync()
    {
        _producer.Dispose();
        return _broker.DisposeAsync();
    }

    /// <summary>How long an expectation may take on a machine under load.</summary>
    internal static LocatorAssertionsToBeEmptyOptions Patience => new() { Timeout = 60_000 };

    /// <summary>Produces values into the topic of the orders.</summary>
    public Task OrdersAsync(params IEnumerable<string> values) =>
        ProduceAsync(Topic, [.. values.Select(value => new Message<string?, string> { Value = value })]);

    /// <summary>Produces dead letters of billing, as the library writes them.</summary>
    public Task LettersAsync(int count) =>
        ProduceAsync($"{Topic}.billing.dead-letters", [.. Enumerable.Range(0, count).Select(number => new Message<string?, string>
    {
        Value = string.Create(CultureInfo.InvariantCulture, $$"""{"order_id":"many-{{number}}","product":"Abacus"}"""),
        Headers = Headers(
            ("dead-letter-reason", "unknown-product"), ("dead-letter-detail", "The catalog knows no product 'Abacus'."),
            ("dead-letter-group", "billing"), ("dead-letter-topic", Topic),
            ("dead-letter-partition", "0"), ("dead-letter-offset", (1_000_000 + number).ToString(CultureInfo.InvariantCulture)),
            ("dead-letter-time", "2026-01-01T00:00:00Z"), ("message-id", number.ToString("x32", CultureInfo.InvariantCulture))),
    })]);

    private async Task ProduceAsync(string topic, List<Message<string?, string>> messages)
    {
        var reports = messages.ConvertAll(message => _producer.ProduceAsync(topic, message));
        await Task.WhenAll(reports);
    }

    private static Headers Headers(params (string Name, string Value)[] all)
    {
        var headers = new Headers();
        foreach (var (name, value) in all)
        {
            headers.Add(name, Encoding.UTF8.GetBytes(value));
        }

        return headers;
    }

    private static string Chromium()
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } given)
        {
            return given;
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.SelectMany(folder => Programs.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                "No Chromium for the tests of the status page: install it (package chromium), or name one in CHROMIUM.");
    }
}

/// <summary>A page, and what went wrong in it.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    internal OpenPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => Troubles.Add(error);
        page.Console += (_, message) =>
        {
            // An answer such as 404 is reported as an error of loading, and may be what a test wants.
            if (message.Type == "error" && !message.Text.Contains("the server responded with a status of", StringComparison.Ordinal))
            {
                Troubles.Add(message.Text);
            }
        };
        page.Dialog += (_, dialog) =>
        {
            Troubles.Add($"a dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Errors of scripts, of the security policy, and dialogs.</summary>
    public List<string> Troubles { get; } = [];

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
