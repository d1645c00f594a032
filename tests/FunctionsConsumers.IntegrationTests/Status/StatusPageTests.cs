using System.Globalization;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using FunctionsConsumers.IntegrationTests.Cli;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace FunctionsConsumers.IntegrationTests.Status;

/// <summary>The status page in Chromium, before the running system.</summary>
[Collection(OrdersOnServices.Collection)]
public sealed class StatusPageTests(PageInBrowser browser) : IClassFixture<PageInBrowser>
{
    private const string Hostile = """{"order_id":"hostile","product":"<img src=x onerror=alert(1)><script>alert(2)</script>"}""";

    private static readonly LocatorAssertionsToHaveTextOptions Text = new() { Timeout = 60_000 };
    private static readonly LocatorAssertionsToBeVisibleOptions Visible = new() { Timeout = 60_000 };

    [Fact]
    public async Task Traffic_moves_the_numbers_of_every_group_and_the_charts()
    {
        await using var open = await browser.OpenAsync();
        var billing = open.Page.Locator("[data-group=billing] [data-figure=applied]");
        var before = await NumberAsync(billing);
        var duplicates = await NumberAsync(open.Page.Locator("[data-group=inventory] [data-figure=duplicates]"));

        await browser.OrdersAsync(Enumerable.Range(0, 40)
            .SelectMany(number => Enumerable.Repeat($$"""{"order_id":"moves-{{number}}","product":"Phone"}""", number < 10 ? 2 : 1)));

        await Expect(billing).ToHaveTextAsync($"{before + 40}", Text);
        await Expect(open.Page.Locator("[data-group=inventory] [data-figure=duplicates]")).ToHaveTextAsync($"{duplicates + 10}", Text);
        await Expect(open.Page.Locator("[data-group=notification] [data-figure=lag]")).ToHaveTextAsync(new Regex("^0 "), Text);
        await Expect(open.Page.Locator("#charts canvas")).ToHaveCountAsync(3);
        await Expect(open.Page.Locator("[data-chart=rate] [role=img]"))
            .ToHaveAttributeAsync("aria-label", new Regex("^Records settled a second, now: billing [0-9.]+, "));
        await Expect(open.Page.Locator("#hosts summary")).ToHaveTextAsync("Hosts: 1 running", Text);
        await open.Page.Locator("[data-group=billing] summary").ClickAsync();
        await Expect(open.Page.Locator("[data-group=billing] tbody").First)
            .ToContainTextAsync($"{Environment.MachineName}{Environment.ProcessId}BillingServiceConsumer0, 1");
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task An_order_is_found_by_its_id_with_its_lines_its_total_its_resends_and_its_mail()
    {
        const string Order = """
            {"order_id":"story-1","email":"a@example.org",
             "lines":[{"product":"Phone","quantity":2,"unit_price":10.5},{"product":"Mouse"}]}
            """;
        await browser.OrdersAsync(Enumerable.Repeat(Order, 2));
        await using var open = await browser.OpenAsync();
        var find = open.Page.Locator("#asked");
        await find.FillAsync("story-1");
        var story = open.Page.Locator("#story");
        await AgainAsync(async () =>
        {
            await find.PressAsync("Enter");
            await Expect(story).ToContainTextAsync("Mail: sent", new LocatorAssertionsToContainTextOptions { Timeout = 3_000 });
        });

        await Expect(story.GetByRole(AriaRole.Article, new() { Name = "billing, this order" })).ToContainTextAsync("Total: 45.95 EUR");
        await Expect(story.GetByRole(AriaRole.Article, new() { Name = "inventory, this order" })).ToContainTextAsync("Phone2");
        await Expect(story).ToContainTextAsync("Records in the topic: 2");
        await Expect(story).ToContainTextAsync("the same again: suppressed");

        await find.FillAsync("nobody-knows-this");
        await find.PressAsync("Enter");
        await Expect(story).ToContainTextAsync("Nobody knows nobody-knows-this.", new() { Timeout = 60_000 });
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_hostile_payload_stays_text()
    {
        await browser.OrdersAsync(Hostile);
        await using var open = await browser.OpenAsync();
        await ShowAsync(open.Page, "<img src=x onerror=alert(1)>", "billing");
        var letter = open.Page.Locator("#letter-list details").First;
        await letter.Locator("summary").First.ClickAsync();

        await Expect(letter.Locator("pre")).ToHaveTextAsync(Hostile, Text);
        await Expect(letter).ToContainTextAsync("dead-letter-reason");
        await open.Page.Locator("#asked").FillAsync("hostile");
        await open.Page.Locator("#asked").PressAsync("Enter");
        await Expect(open.Page.Locator("#story")).ToContainTextAsync("onerror=alert(1)", new() { Timeout = 60_000 });
        Assert.Equal(0, await open.Page.Locator("main img, main script").CountAsync());
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_dead_letter_is_redriven_by_two_clicks_and_the_change_is_logged_with_who_and_what()
    {
        await browser.OrdersAsync("""{"order_id":"redriven-1","product":"Sextant"}""");
        await using var open = await browser.OpenAsync();
        await ShowAsync(open.Page, "Sextant", "billing");
        await open.Page.Locator("#letter-list").GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Redrive order-events:") })
            .First.ClickAsync();
        await Expect(open.Page.Locator("#asking-text"))
            .ToContainTextAsync("1 are sent to their group again. Only billing takes them.", new() { Timeout = 60_000 });
        await open.Page.Locator("#asking-yes").ClickAsync();
        await Expect(open.Page.Locator("#done")).ToContainTextAsync("1 sent", new() { Timeout = 60_000 });

        // The catalog still lacks the product, so that it comes back: once redriven, and open again as a letter of its own.
        await open.Page.Locator("#state").SelectOptionAsync("Redriven");
        await ShowAsync(open.Page, "Sextant", "billing");
        await Expect(open.Page.Locator("#letter-list .letter")).ToHaveCountAsync(1);
        Assert.Contains($"{Environment.UserName} asked to redrive 1 dead letters of billing", browser.Log, StringComparison.Ordinal);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Ten_thousand_dead_letters_stay_usable()
    {
        await browser.LettersAsync(10_000);
        await using var open = await browser.OpenAsync();
        await ShowAsync(open.Page, "Abacus", "billing");
        await Expect(open.Page.Locator("#letter-list .letter")).ToHaveCountAsync(50, new() { Timeout = 60_000 });
        var more = open.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^More \\(9,950 of 10,000 not shown\\)") });
        await more.ClickAsync();
        await Expect(open.Page.Locator("#letter-list .letter")).ToHaveCountAsync(100, new() { Timeout = 60_000 });
        Assert.Equal(100, await open.Page.EvaluateAsync<int>(
            "new Set([...document.querySelectorAll('#letter-list summary')].map((one) => one.textContent)).size"));
        Assert.Empty(open.Troubles);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    public async Task Axe_finds_nothing_and_nothing_reaches_beyond_the_window(int width, ColorScheme scheme)
    {
        await browser.OrdersAsync("{\"order_id\": \"" + new string('x', 400) + "\"}");
        await using var open = await browser.OpenAsync(width, scheme);
        if ((width, scheme) == (1280, ColorScheme.Light))
        {
            await open.Page.ScreenshotAsync(new() { Path = Screenshot() });
        }

        foreach (var summary in await open.Page.Locator("#groups-part summary").AllAsync())
        {
            await summary.ClickAsync();
        }

        await ShowAsync(open.Page, "not-an-order", "billing");
        await open.Page.Locator("#letter-list summary").First.ClickAsync();
        await Expect(open.Page.Locator("#letter-list pre").First).ToBeVisibleAsync(Visible);

        var found = await open.Page.RunAxe();
        Assert.True(found.Violations.Length == 0,
            string.Join('\n', found.Violations.Select(one => $"{one.Id}: {string.Join(", ", one.Nodes.Select(node => node.Html))}")));
        Assert.True(
            await open.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways");
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Everything_is_reached_and_done_by_the_keyboard()
    {
        await browser.OrdersAsync("""{"order_id":"keyboard","product":"Abacus of wood"}""");
        await using var open = await browser.OpenAsync();
        await ShowAsync(open.Page, "Abacus of wood", "billing");
        await open.Page.ReloadAsync();
        await Expect(open.Page.Locator(".cause").First).ToBeVisibleAsync(Visible);
        await open.Page.Keyboard.PressAsync("Tab");
        await Expect(open.Page.Locator(".skip")).ToBeFocusedAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator("#main")).ToBeFocusedAsync();

        await UntilFocusedAsync(open.Page, "#asked");
        await open.Page.Keyboard.TypeAsync("keyboard");
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator("#story")).Not.ToBeEmptyAsync(PageInBrowser.Patience);
        await UntilFocusedAsync(open.Page, "#state");
        await open.Page.Keyboard.PressAsync("ArrowDown");
        await UntilFocusedAsync(open.Page, "#causes button");
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator("#letters h3")).ToBeFocusedAsync(new() { Timeout = 60_000 });
        await UntilFocusedAsync(open.Page, "#letter-list input");
        await open.Page.Keyboard.PressAsync("Space");
        await Expect(open.Page.Locator("#redrive-selected")).ToBeEnabledAsync();
        Assert.Empty(open.Troubles);
    }

    // The picture of the README is one of these: STATUS_PNG=docs/status.png.
    private static string Screenshot() =>
        Environment.GetEnvironmentVariable("STATUS_PNG") is { Length: > 0 } path
            ? path
            : Path.Combine(FunctionsConsumers.LocalHost.Files.LocalFolder.Path, "status.png");

    private static async Task<int> NumberAsync(ILocator figure) =>
        int.Parse(await figure.TextContentAsync() ?? "", NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static async Task UntilFocusedAsync(IPage page, string selector)
    {
        for (var presses = 0; presses < 200; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("(selector) => document.activeElement?.matches(selector) ?? false", selector))
            {
                return;
            }
        }

        Assert.Fail($"200 presses of Tab do not reach {selector}.");
    }

    /// <summary>Looks again until a cause is there, and shows its letters.</summary>
    private static async Task ShowAsync(IPage page, string cause, string group)
    {
        var row = page.Locator(".cause", new() { HasText = cause }).Filter(new() { HasText = $" in {group}" }).First;
        await AgainAsync(async () =>
        {
            await page.Locator("#look-letters").ClickAsync();
            await Expect(row).ToBeVisibleAsync(new() { Timeout = 3_000 });
        });
        await row.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Show") }).ClickAsync();
        await Expect(page.Locator("#letter-list .letter").First).ToBeVisibleAsync(Visible);
    }

    /// <summary>Does something again until what is expected of it is so.</summary>
    private static async Task AgainAsync(Func<Task> attempt)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await attempt();
                return;
            }
            catch (PlaywrightException) when (tries < 20)
            {
            }
        }
    }
}
