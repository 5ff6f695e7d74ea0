using Microsoft.Playwright;
using Synapse.Fakes;
using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests.Providers;

/// <summary>The page of the providers, with the real server before a fake model server.</summary>
public sealed class ProvidersPageTests(Chromium chromium)
{
    private const string Key = "local-key-0123456789abcdef";

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Person_checks_a_provider_and_sees_what_is_wrong_and_later_that_it_is_well(ColorScheme scheme)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "llamacpp", Key = Key });
        var address = fake.Address.AbsoluteUri.TrimEnd('/');
        await using var server = await ServerHost.StartWithAsync(
            $"USE_LOCAL_MODELS=true\nLOCAL_LLM_ENDPOINT={address}\nLOCAL_LLM_MODEL=qwen\nLOCAL_LLM_API_KEY={Key}\nLOCAL_EMBEDDING_ENDPOINT={address}\nLOCAL_EMBEDDING_MODEL=bge\nLOCAL_EMBEDDING_API_KEY={Key}\n",
            "handbook");
        await using var watched = await chromium.OpenAsync(new BrowserNewContextOptions { ColorScheme = scheme });
        var page = watched.Page;
        await watched.GoAsync(await server.SignInLinkAsync());
        await watched.GoAsync($"{server.Address}/providers");
        var card = page.Locator(".provider").First;
        await Expect(card).ToContainTextAsync("not asked yet");
        fake.SetScenario(RequestKind.Chat, "401");

        await page.GetByRole(AriaRole.Button, new() { Name = "Check local-chat" }).ClickAsync();
        var failed = card.Locator(".step", new() { HasText = "failed" });
        await Expect(failed).ToContainTextAsync("does not accept the key");
        await Expect(failed).ToContainTextAsync("LOCAL_LLM_API_KEY");
        await Expect(card).ToContainTextAsync("1 credential refused");
        await Expect(card.Locator(".collection-head .badge").First).ToHaveTextAsync("misconfigured");
        await ShootAsync(page, scheme);

        fake.SetScenario(RequestKind.Chat, "ok-stream");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check local-chat" }).ClickAsync();
        await Expect(card.Locator(".step", new() { HasText = "context" })).ToContainTextAsync("131,072 tokens");
        await Expect(card.Locator(".collection-head .badge").First).ToHaveTextAsync("ready");
        await Expect(page.Locator("body")).Not.ToContainTextAsync(Key);
        watched.AssertClean(server.Address);
    }

    [Fact]
    public async Task Page_without_a_provider_explains_the_modes_and_checks_what_is_built_in()
    {
        await using var server = await ServerHost.StartAsync("handbook");
        await using var watched = await chromium.OpenAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 320, Height = 900 } });
        var page = watched.Page;
        await watched.GoAsync(await server.SignInLinkAsync());
        await watched.GoAsync($"{server.Address}/providers");
        foreach (var line in new[] { "OPENAI_API_KEY", "USE_AZURE_OPENAI=true", "USE_LOCAL_MODELS=true" })
        {
            await Expect(page.Locator(".modes")).ToContainTextAsync(line);
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Check what is built in" }).ClickAsync();
        await Expect(page.Locator(".steps")).ToContainTextAsync("Nothing leaves for it");
        Assert.InRange(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), 1, 320);
        watched.AssertClean(server.Address);
    }

    // For looking at the page by eye, where a folder is named for it.
    private static Task ShootAsync(IPage page, ColorScheme scheme)
        => Environment.GetEnvironmentVariable("SYNAPSE_SCREENSHOTS") is { Length: > 0 } folder
            ? page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"providers-{scheme}.png".ToLowerInvariant()), FullPage = true })
            : Task.CompletedTask;
}
