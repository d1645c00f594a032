using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.Operations;
using FunctionsConsumers.Operations.Hosts;
using FunctionsConsumers.Orders.Notification;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace FunctionsConsumers.IntegrationTests.Status;

/// <summary>The status page in Chromium, before a system of which something is wrong.</summary>
[Collection(OrdersOnServices.Collection)]
public sealed class PageTroubleTests(PageInBrowser browser) : IClassFixture<PageInBrowser>
{
    private static readonly LocatorAssertionsToContainTextOptions Text = new() { Timeout = 90_000 };

    [Fact]
    public async Task A_host_that_was_killed_is_shown_as_gone_and_what_it_handled_counts()
    {
        await using var open = await browser.OpenAsync();
        var applied = open.Page.Locator("[data-group=billing] [data-figure=applied]");
        var before = int.Parse(await applied.TextContentAsync() ?? "", NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        var seen = DateTimeOffset.UtcNow.AddMinutes(-5);
        var accounts = TableAccounts.FromConnectionStrings(browser.Tables);
        await new HostRows(new OperatedServices(new KafkaConnection(""), accounts, "order-events")).WriteAsync(
            [
                new HostRow(
                    "killed", "web-9", 4711, seen.AddHours(-1), seen, "billing", [new Slot(Slot.At(seen), Applied: 1_234)], null),
            ],
            [],
            TestContext.Current.CancellationToken);

        await Expect(applied).ToContainTextAsync((before + 1_234).ToString("N0", CultureInfo.InvariantCulture), Text);
        await open.Page.Locator("#hosts summary").ClickAsync();
        await Expect(open.Page.Locator("#hosts tbody tr", new() { HasText = "web-9" })).ToContainTextAsync("gone, last seen", Text);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_parked_message_is_sent_again_and_dropped_from_the_page()
    {
        const string id = "00000000000000000000000000004711";
        await ParkAsync(id);
        await using var open = await browser.OpenAsync();
        await Expect(open.Page.Locator("#verdict")).ToContainTextAsync("1 messages of notification are parked", Text);
        var message = open.Page.Locator("#messages .message", new() { HasText = id });
        await LookAsync(open.Page, () => Expect(message).ToContainTextAsync("parked", new() { Timeout = 3_000 }));
        await Expect(message).ToContainTextAsync("in doubt: the server fell silent");

        await message.GetByRole(AriaRole.Button, new() { Name = $"Send again {id}" }).ClickAsync();
        await open.Page.Locator("#asking-yes").ClickAsync();
        await Expect(open.Page.Locator("#done")).ToContainTextAsync(id, Text);
        await LookAsync(open.Page, () => Expect(message).Not.ToContainTextAsync("parked", new() { Timeout = 3_000 }));

        // Nobody sends this kind of message: it waits, and a person gives it up.
        var drop = message.GetByRole(AriaRole.Button, new() { Name = $"Drop {id}" });
        await LookAsync(open.Page, () => drop.ClickAsync(new() { Timeout = 3_000 }));
        await open.Page.Locator("#asking-yes").ClickAsync();
        await LookAsync(open.Page, () => Expect(message).ToHaveCountAsync(0, new() { Timeout = 3_000 }));
        Assert.Matches(new Regex($"asked to send again .*{id}"), browser.Log);
        Assert.Matches(new Regex($"asked to drop .*{id}"), browser.Log);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Tables_that_hang_are_named_with_the_reason_and_the_rest_of_the_page_stands()
    {
        await using var open = await browser.OpenAsync();
        await SignalAsync("STOP", browser.TablesProcess);
        try
        {
            await Expect(open.Page.Locator("#verdict")).ToContainTextAsync("Tables cannot be reached", Text);
            await Expect(open.Page.Locator("#services"))
                .ToContainTextAsync("Tables: not reachable. the table service gave no answer within 10 s", Text);
            await Expect(open.Page.Locator("#services")).ToContainTextAsync("Kafka: reachable");
            await Expect(open.Page.Locator("[data-group=billing] [data-figure=lag]")).ToContainTextAsync("0");
            await Expect(open.Page.Locator("[data-group=billing] [data-figure=outbox]")).ToHaveTextAsync("–");
        }
        finally
        {
            await SignalAsync("CONT", browser.TablesProcess);
        }

        await Expect(open.Page.Locator("#services")).ToContainTextAsync("Tables: reachable", Text);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_broker_that_is_away_is_named_with_the_reason_and_the_rest_of_the_page_stands()
    {
        await using var own = new PageInBrowser();
        await own.InitializeAsync();
        await using var open = await own.OpenAsync();
        await own.StopBrokerAsync();

        await Expect(open.Page.Locator("#verdict")).ToContainTextAsync("Kafka cannot be reached", Text);
        await Expect(open.Page.Locator("#services")).ToContainTextAsync("Kafka: not reachable. Kafka", Text);
        await Expect(open.Page.Locator("#services")).ToContainTextAsync("Tables: reachable");
        await Expect(open.Page.Locator("[data-group=billing] [data-figure=lag]")).ToContainTextAsync("–", Text);
        await Expect(open.Page.Locator("[data-group=billing] [data-figure=outbox]")).ToHaveTextAsync("0");
        Assert.Empty(open.Troubles);
    }

    // As the host does it where a mail server falls silent after it was given the text.
    private async Task ParkAsync(string id)
    {
        var group = ConfirmationConsumer.GroupName;
        var accounts = TableAccounts.FromConnectionStrings(browser.Tables);
        var table = (await GroupTable.FindAsync(accounts, group, TestContext.Current.CancellationToken))!;
        var bucket = new Buckets(table.Buckets).Of("order-9");
        var inserted = await table.Store.SubmitAsync(
            bucket,
            OutboxRows.Inserts(new Parcel("test", [new OutboxMessage(id, "fax", group, "order-9", [1], DateTimeOffset.UtcNow)])),
            TestContext.Current.CancellationToken);
        var columns = new Dictionary<string, object>
        {
            [OutboxRows.State] = OutboxRows.Parked,
            [OutboxRows.Detail] = "in doubt: the server fell silent",
        };
        await table.Store.SubmitAsync(
            bucket, [RowOperation.Merge(OutboxRows.RowKeyOf(id), columns, inserted.ETags[0]!)], TestContext.Current.CancellationToken);
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    // The list is read when somebody asks for it.
    private static async Task LookAsync(IPage page, Func<Task> attempt)
    {
        for (var tries = 1; ; tries++)
        {
            await page.Locator("#look-messages").ClickAsync();
            try
            {
                await attempt();
                return;
            }
            catch (Exception failure) when (failure is PlaywrightException or TimeoutException && tries < 20)
            {
            }
        }
    }
}
