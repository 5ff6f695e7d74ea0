using Microsoft.Playwright;
using Synapse.Answering;
using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests.Asking;

/// <summary>Answers that a model writes, on the page.</summary>
public sealed class GeneratedAnswerTests(Chromium chromium)
{
    private const string Quote = "Backups run every night at two in the morning.";
    private static readonly AnswerModel s_model = new("openai", "gpt-4o-mini", IsLocal: false);
    private static readonly AnswerSentence s_supported = new("Backups run every night at **two** in the morning.", [1]);
    private static readonly AnswerSentence s_unsupported = new("They take six hours.", [])
    {
        Lead = " ",
        Support = SentenceSupport.Unsupported,
        Reason = "No passage of this question says this.",
    };

    [Fact]
    public async Task Page_shows_the_model_the_support_of_each_sentence_and_opens_the_source_of_a_citation()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        var citation = await CitationAsync(host);
        AnswerSentence[] sentences =
        [
            s_supported, s_unsupported, new("They are kept for", []) { Lead = "\n- ", Support = SentenceSupport.Incomplete },
        ];
        host.Answerer.Script =
        [
            new PassagesFound([]), new ModelAsked(s_model, 3, []), new TextAdded("Backups"), new CitationAdded(citation), new SentenceAdded(s_supported),
            new AnswerCompleted(new Answer("Backups.", true, sentences, [citation])
            {
                Model = s_model, Finish = AnswerFinish.Truncated, PassagesUsed = 3, PassagesLeftOut = [new LeftOutPassage(citation.DocumentId, "guide/access.md", 1, 3)],
            }),
        ];
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;

        await watched.GoAsync($"{host.Address}/?q=When+do+backups+run");

        await Expect(page.Locator(".model")).ToContainTextAsync("gpt-4o-mini · openai cloud");
        await Expect(page.Locator(".sentence strong")).ToHaveTextAsync("two");
        await Expect(page.Locator(".sentence.is-unsupported")).ToContainTextAsync("They take six hours.");
        await Expect(page.Locator(".sentence.is-unsupported .support-mark")).ToHaveTextAsync("unsupported");
        await Expect(page.Locator(".sentence.is-unsupported .citation")).ToHaveCountAsync(0);
        await Expect(page.Locator(".support-notes")).ToContainTextAsync("No passage of this question says this.");
        await Expect(page.Locator(".is-item .support-mark")).ToHaveTextAsync("cut off");
        await Expect(page.Locator(".end-note")).ToContainTextAsync("The model's limit cut this answer short.");
        await Expect(page.Locator(".left-out summary")).ToContainTextAsync("From 3 passages; 1 more had no room");
        await page.Locator(".answer-text [data-citation='1']").ClickAsync();
        await Expect(page.Locator(".source-panel .row mark")).ToHaveTextAsync(Quote);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Text_is_shown_while_it_comes_and_stays_when_the_reader_stops_it()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        var citation = await CitationAsync(host);
        host.Answerer.Script =
        [
            new PassagesFound([]), new ModelAsked(s_model, 3, []), new ProviderAwaited("openai", "busy", TimeSpan.FromSeconds(12)),
        ];
        host.Answerer.ScriptGate = new TaskCompletionSource();
        host.Answerer.AfterGate =
        [
            new TextAdded("Backups run every night at two in the morning. They ta"), new CitationAdded(citation), new SentenceAdded(s_supported) { Rest = "They ta" },
        ];
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;

        await watched.GoAsync($"{host.Address}/?q=When+do+backups+run");
        await Expect(page.Locator(".waiting")).ToHaveTextAsync("openai is busy, retrying (12 s)");
        await Expect(page.Locator(".answer")).ToHaveAttributeAsync("aria-busy", "true");
        host.Answerer.ScriptGate.SetResult();
        await Expect(page.Locator(".pending")).ToHaveTextAsync("They ta");
        await Expect(page.Locator(".waiting")).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(page.Locator(".end-note")).ToContainTextAsync("Stopped.");
        await Expect(page.Locator(".answer-text")).ToContainTextAsync("They ta");
        await Expect(page.Locator(".answer")).ToHaveAttributeAsync("aria-busy", "false");
        await host.Answerer.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        host.Answerer.Script = null;
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask again" }).ClickAsync();
        await Expect(page.Locator(".answer-text")).ToContainTextAsync(Quote);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Interrupted_answer_is_kept_marked_and_can_be_asked_again()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        var citation = await CitationAsync(host);
        host.Answerer.Script =
        [
            new PassagesFound([]), new AnswerCompleted(new Answer("x", true, [s_supported], [citation])
            {
                Model = s_model, Finish = AnswerFinish.Interrupted, Fault = new AnswerFault("provider_interrupted", "The reply was cut off. Ask again."),
            }),
        ];
        await using var watched = await chromium.OpenAsync();

        await watched.GoAsync($"{host.Address}/?q=When+do+backups+run");

        await Expect(watched.Page.Locator(".end-note")).ToContainTextAsync("The answer was interrupted: The reply was cut off. Ask again.");
        await Expect(watched.Page.Locator(".answer-text")).ToContainTextAsync("two in the morning");
        await Expect(watched.Page.GetByRole(AriaRole.Button, new() { Name = "Ask again" })).ToBeVisibleAsync();
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Follow_up_question_is_asked_with_the_conversation_and_the_earlier_answer_stays_below()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        var citation = await CitationAsync(host);
        host.Answerer.Script =
        [
            new PassagesFound([]), new AnswerCompleted(new Answer("Backups run at two. [1]", true, [s_supported], [citation]) { Model = s_model }),
        ];
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/?q=When+do+backups+run");

        await page.GetByLabel("Follow-up question").FillAsync("And how long are they kept?");
        host.Answerer.Script =
        [
            new QuestionRewritten("How long are backups kept?"), new PassagesFound([]),
            new AnswerCompleted(new Answer("Not found in your documents.", false, [], []) { Model = s_model, SearchedFor = "How long are backups kept?" }),
        ];
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator(".asked")).ToHaveTextAsync("And how long are they kept?");
        await Expect(page.Locator(".searched-for")).ToHaveTextAsync("Searched for: How long are backups kept?");
        await Expect(page.Locator(".turn summary")).ToHaveTextAsync("When do backups run");
        var asked = host.Answerer.Asked[^1];
        Assert.Equal("And how long are they kept?", asked.Text);
        Assert.Equal([new Exchange("When do backups run", "Backups run at two. [1]")], asked.History);

        await page.Locator("#q").FillAsync("Who asks for a badge?");
        await page.Locator("#q").PressAsync("Enter");
        await Expect(page.Locator(".turn")).ToHaveCountAsync(0);
        Assert.Empty(host.Answerer.Asked[^1].History);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Attacks_that_a_model_writes_ask_no_other_host_and_run_nothing_while_they_stream()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        var citation = await CitationAsync(host);
        var events = new List<AnswerEvent> { new PassagesFound([]), new ModelAsked(s_model, 1, []) };
        var sentences = new List<AnswerSentence>();
        foreach (var attack in Corpus.Attacks)
        {
            events.AddRange(attack.Select(unit => new TextAdded(unit.ToString())));
            var sentence = new AnswerSentence(attack, [1]) { Lead = "\n\n" };
            sentences.Add(sentence);
            events.Add(new SentenceAdded(sentence));
        }

        events.Add(new AnswerCompleted(new Answer("x", true, sentences, [citation]) { Model = s_model with { Model = Corpus.Attacks[1] } }));
        host.Answerer.Script = events;
        await using var watched = await chromium.OpenAsync();

        await watched.GoAsync($"{host.Address}/?q=When+do+backups+run");

        await Expect(watched.Page.Locator(".model")).ToContainTextAsync("onerror");
        await Expect(watched.Page.Locator(".sentence")).ToHaveCountAsync(Corpus.Attacks.Length);
        Assert.Null(await watched.Page.EvaluateAsync<object?>("() => window.hit ?? null"));
        Assert.Equal(0, await watched.Page.Locator(".answer img, .answer iframe, .answer style, .answer svg:not(.icon-button svg), .answer-text a:not(.citation)").CountAsync());
        watched.AssertClean(host.Address);
    }

    private static async Task<Citation> CitationAsync(PageHost host)
    {
        var document = await host.FindDocumentAsync("guide/backup.md");
        var start = Corpus.Handbook[0].Text.IndexOf(Quote, StringComparison.Ordinal);
        return new Citation(1, document.CollectionId, document.SourceId, document.Id, document.Path, start, start + Quote.Length, 3, 3, Quote, true);
    }
}
