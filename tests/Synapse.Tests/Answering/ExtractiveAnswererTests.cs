using Synapse.Embedding;
using Synapse.Answering;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Answering;

public sealed class ExtractiveAnswererTests
{
    private const string Handbook =
        "# Leave\n\nEvery employee has 28 days of annual leave. Unused days expire on 31 March of the next year.\n\n"
        + "# Travel\n\nTrains are booked by the office. Receipts are handed in within 30 days.\n";

    private readonly HashingEmbedder _embedder = new();
    private readonly InMemoryLibrary _library;
    private readonly ExtractiveAnswerer _answerer;

    public ExtractiveAnswererTests()
    {
        var analyzer = new TextAnalyzer();
        _library = new InMemoryLibrary(_embedder, analyzer);
        _answerer = new ExtractiveAnswerer(new Searcher(_library, new Embedders(_embedder), analyzer, TimeProvider.System), _library, new Embedders(_embedder));
    }

    [Fact]
    public async Task Answer_quotes_the_stored_text_at_its_exact_place()
    {
        _library.Add(1, "handbook.md", Handbook);
        var answer = await AskAsync("how many days of annual leave does an employee have");
        Assert.True(answer.Found);
        var citation = answer.Citations[0];
        Assert.Equal("Every employee has 28 days of annual leave.", citation.Quote);
        Assert.Equal(citation.Quote, Handbook[citation.StartOffset..citation.EndOffset]);
        Assert.Equal((3, 3), (citation.StartLine, citation.EndLine));
        Assert.True(citation.Verified);
        Assert.StartsWith("Every employee has 28 days of annual leave. [1]", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_come_as_passages_then_citations_before_their_sentences_then_the_end()
    {
        _library.Add(1, "handbook.md", Handbook);
        var events = await EventsAsync("annual leave days of an employee");
        Assert.IsType<PassagesFound>(events[0]);
        Assert.IsType<AnswerCompleted>(events[^1]);
        var cited = new HashSet<int>();
        foreach (var each in events)
        {
            if (each is CitationAdded added)
            {
                Assert.Equal(cited.Count + 1, added.Citation.Number);
                cited.Add(added.Citation.Number);
            }
            else if (each is SentenceAdded sentence)
            {
                Assert.NotEmpty(sentence.Sentence.Citations);
                Assert.All(sentence.Sentence.Citations, number => Assert.Contains(number, cited));
            }
        }
    }

    [Fact]
    public async Task Answer_says_not_found_when_the_documents_are_about_something_else()
    {
        _library.Add(1, "handbook.md", Handbook);
        var answer = await AskAsync("which enzyme digests lactose in mammals");
        Assert.False(answer.Found);
        Assert.Equal(ExtractiveAnswerer.NotFoundText, answer.Text);
        Assert.Empty(answer.Citations);
    }

    [Fact]
    public async Task Answer_says_not_found_in_an_empty_library()
        => Assert.False((await AskAsync("annual leave")).Found);

    [Fact]
    public async Task Answer_never_shows_a_quote_that_the_stored_text_does_not_hold()
    {
        var document = _library.Add(1, "handbook.md", Handbook);
        _library.Tamper(document, Handbook.Replace("28", "27", StringComparison.Ordinal));
        var answer = await AskAsync("how many days of annual leave does an employee have");
        Assert.DoesNotContain(answer.Citations, citation => citation.Quote.Contains("28", StringComparison.Ordinal));
        _library.Tamper(document, "short");
        Assert.False((await AskAsync("how many days of annual leave does an employee have")).Found);
    }

    [Fact]
    public async Task Answer_says_the_same_thing_once()
    {
        _library.Add(1, "a.md", Handbook);
        _library.Add(1, "b.md", Handbook);
        var answer = await AskAsync("how many days of annual leave does an employee have");
        Assert.Single(answer.Sentences, sentence => sentence.Text.StartsWith("Every employee", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answer_from_code_quotes_the_comment_with_the_signature()
    {
        _library.AddCode(1, "src/Delay.cs", ("Delay.Backoff", "/// <summary>Computes the exponential backoff before the next retry.</summary>\nTimeSpan Backoff(int attempt)\n{\n    return TimeSpan.FromSeconds(1 << attempt);\n}\n"));
        var answer = await AskAsync("how is the exponential backoff before a retry computed");
        Assert.True(answer.Found);
        Assert.Contains("Computes the exponential backoff", answer.Citations[0].Quote, StringComparison.Ordinal);
        Assert.Contains("TimeSpan Backoff(int attempt)", answer.Citations[0].Quote, StringComparison.Ordinal);
        Assert.Equal(1, answer.Citations[0].StartLine);
    }

    private async Task<Answer> AskAsync(string question) => ((AnswerCompleted)(await EventsAsync(question))[^1]).Answer;

    private async Task<List<AnswerEvent>> EventsAsync(string question)
    {
        var events = new List<AnswerEvent>();
        await foreach (var each in _answerer.AnswerAsync(AccessScope.Everything, new Question(question), TestContext.Current.CancellationToken))
        {
            events.Add(each);
        }

        return events;
    }
}
