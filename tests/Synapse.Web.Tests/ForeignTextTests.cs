using Microsoft.Playwright;
using Synapse.Answering;
using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests;

/// <summary>Names and contents of documents, questions and answers are foreign text: shown to the letter, and never anything else.</summary>
public sealed class ForeignTextTests(Chromium chromium)
{
    [Fact]
    public async Task Attacks_in_names_headings_and_texts_of_documents_are_shown_as_text()
    {
        await using var host = await PageHost.StartAsync();
        var files = Corpus.Attacks.Select((attack, index) => (
            Path: $"{index:00} {attack.Replace('/', '∕')}.md",
            Text: $"# Zebra heading {attack}\n\nThe zebra says {attack} to every visitor of the zoo.\n")).ToArray();
        await host.IndexAsync("<b onclick=alert(1)>zoo<", files);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;

        await watched.GoAsync($"{host.Address}/?q=What+does+the+zebra+say+to+every+visitor&mode=search");
        while (await page.Locator(".more-hits").CountAsync() > 0)
        {
            var shown = await page.Locator(".hit").CountAsync();
            await page.Locator(".more-hits").ClickAsync();
            await Expect(page.Locator(".hit")).Not.ToHaveCountAsync(shown);
        }

        var text = await page.Locator(".hits").InnerTextAsync();
        Assert.All(Corpus.Attacks, attack => Assert.Contains(attack, text, StringComparison.Ordinal));
        await AssertInertAsync(page);
        await page.Locator(".hit-link").First.ClickAsync();
        await Expect(page.Locator(".source-panel .row").First).ToBeVisibleAsync();
        await AssertInertAsync(page);

        await watched.GoAsync($"{host.Address}/library");
        await page.Locator("summary", new() { HasText = "Documents" }).ClickAsync();
        await Expect(page.Locator("td.path a")).ToHaveCountAsync(files.Length);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await AssertInertAsync(page);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Attacks_in_a_question_and_in_what_a_model_answers_are_shown_as_text()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        var document = await host.FindDocumentAsync("guide/backup.md");
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        foreach (var attack in Corpus.Attacks)
        {
            var citation = new Citation(1, document.CollectionId, document.SourceId, document.Id, attack, 0, 9, 1, 1, attack, false);
            var sentence = new AnswerSentence(attack, [1]);
            host.Answerer.Script =
                [new PassagesFound([]), new CitationAdded(citation), new SentenceAdded(sentence), new AnswerCompleted(new Answer(attack, true, [sentence], [citation]))];

            await watched.GoAsync($"{host.Address}/?q={Uri.EscapeDataString(attack)}");

            await Expect(page.Locator(".sentence")).ToContainTextAsync(attack);
            Assert.Equal($"{attack} · Synapse", await page.TitleAsync());
            await AssertInertAsync(page);
        }

        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Sign_in_page_says_why_it_is_shown_and_which_command_helps()
    {
        await using var host = await PageHost.StartAsync();
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;

        await page.GotoAsync($"{host.Address}/sign-in?message={Uri.EscapeDataString(Corpus.Attacks[0])}");

        await Expect(page.Locator(".lead")).ToHaveTextAsync(Corpus.Attacks[0]);
        await Expect(page.Locator(".command code")).ToHaveTextAsync("synapse sign-in");
        var (title, command) = (await page.Locator("h1").BoundingBoxAsync(), await page.Locator(".command").BoundingBoxAsync());
        Assert.InRange(command!.Y - title!.Y, 1, 400);
        Assert.InRange(command.Height, 1, 100);
        await AssertInertAsync(page);
        // The status of the page itself is an error to the console, and that is right.
        Assert.All(watched.Troubles, trouble => Assert.Contains("401", trouble, StringComparison.Ordinal));
    }

    private static async Task AssertInertAsync(IPage page)
    {
        Assert.Null(await page.EvaluateAsync<object?>("() => window.hit ?? null"));
        var foreign = await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('*')].filter(element =>
                ['IFRAME', 'OBJECT', 'EMBED', 'IMG', 'STYLE', 'MATH'].includes(element.tagName)
                || (element.tagName === 'SCRIPT' && !new URL(element.src, location.href).pathname.startsWith('/_synapse/'))
                || [...element.attributes].some(attribute => attribute.name.startsWith('on') || attribute.name === 'style'
                    || /^\s*javascript:/i.test(attribute.value) && ['href', 'src', 'action'].includes(attribute.name))
            ).map(element => element.outerHTML.slice(0, 200))
            """);
        Assert.Empty(foreign);
    }
}
