using Microsoft.Extensions.Options;
using Synapse.Answering;
using Synapse.Answering.Generation;
using Synapse.Chat;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Answering;

public sealed class GenerativeAnswererTests
{
    private const string Leave = "# Leave\n\nEvery employee has 28 days of annual leave. Unused days expire on 31 March of the next year.\n";
    private const string Travel = "# Travel\n\nTrains are booked by the travel office. Receipts of annual travel are handed in within 30 days.\n";
    private const string Asked = "how many days of annual leave does an employee have";

    private readonly HashingEmbedder _embedder = new();
    private readonly TextAnalyzer _analyzer = new();
    private readonly InMemoryLibrary _library;
    private readonly ScriptedChatModels _models = new();
    private readonly AnswerRouter _answerer;

    public GenerativeAnswererTests()
    {
        _library = new InMemoryLibrary(_embedder, _analyzer);
        var searcher = new Searcher(_library, new Embedders(_embedder), _analyzer, Options.Create(new RetrievalOptions()), TimeProvider.System);
        var generative = new GenerativeAnswerer(searcher, _library, _embedder, _analyzer, _models, PromptTemplates.Default, TimeProvider.System);
        _answerer = new AnswerRouter(new ExtractiveAnswerer(searcher, _library, new Embedders(_embedder)), generative, _models);
        _library.Add(1, "leave.md", Leave);
        _library.Add(2, "travel.md", Travel);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answer_cites_the_stored_sentence_that_supports_what_the_model_wrote()
    {
        _models.Reply("An employee has 28 days", " of annual leave [1]", ". Unused days", " expire on 31 March [1].");
        var answer = await AskAsync(Asked);
        Assert.Equal("An employee has 28 days of annual leave. [1] Unused days expire on 31 March. [2]", answer.Text);
        Assert.True(answer.Found);
        Assert.All(answer.Sentences, sentence => Assert.Equal(SentenceSupport.Verified, sentence.Support));
        Assert.Equal("Every employee has 28 days of annual leave.", answer.Citations[0].Quote);
        Assert.Equal(answer.Citations[0].Quote, Leave[answer.Citations[0].StartOffset..answer.Citations[0].EndOffset]);
        Assert.Equal((3, 3), (answer.Citations[0].StartLine, answer.Citations[0].EndLine));
        Assert.Equal(new AnswerModel("test", "scripted", IsLocal: false), answer.Model);
        Assert.Equal((AnswerFinish.Complete, new TokenUsage(100, 20), 2), (answer.Finish, answer.Usage, answer.PassagesUsed));
    }

    [Theory]
    [InlineData("An employee has 27 days of annual leave [1].", "27")]
    [InlineData("An employee in Norway has 28 days of annual leave [1].", "Norway")]
    [InlineData("An employee does not have 28 days of annual leave [1].", "opposite")]
    [InlineData("The `maxLeaveDays` of an employee are 28 days of annual leave [1].", "No passage")]
    [InlineData("Every employee has 28 days of annual leave in `hr.db` [1].", "hr.db")]
    [InlineData("The moon is made of green cheese [1].", "No passage")]
    public async Task Sentence_that_no_passage_bears_out_has_no_citation_and_says_why(string written, string reason)
    {
        _models.Reply(written);
        var answer = await AskAsync(Asked);
        var sentence = Assert.Single(answer.Sentences);
        Assert.Equal(SentenceSupport.Unsupported, sentence.Support);
        Assert.Empty(sentence.Citations);
        Assert.Contains(reason, sentence.Reason, StringComparison.Ordinal);
        Assert.Empty(answer.Citations);
        Assert.False(answer.Found);
        Assert.Equal("What the model wrote is not supported by your documents.", answer.Text);
    }

    [Theory]
    [InlineData("Every employee has 28 days of annual leave [2].")]
    [InlineData("Every employee has 28 days of annual leave.")]
    [InlineData("Every employee has 28 days of annual leave [77].")]
    public async Task Citation_of_the_wrong_passage_is_corrected_to_the_one_that_supports_the_sentence(string written)
    {
        _models.Reply(written);
        var answer = await AskAsync(Asked);
        Assert.Equal(SentenceSupport.Corrected, Assert.Single(answer.Sentences).Support);
        Assert.Equal("leave.md", Assert.Single(answer.Citations).Path);
    }

    [Fact]
    public async Task Supported_and_unsupported_sentences_stand_side_by_side_and_only_the_first_are_cited()
    {
        _models.Reply("Every employee has 28 days of annual leave [1]. Managers get 40 days [1].");
        var answer = await AskAsync(Asked);
        Assert.True(answer.Found);
        Assert.Equal("Every employee has 28 days of annual leave. [1] Managers get 40 days. [unsupported]", answer.Text);
    }

    [Fact]
    public async Task Quote_that_makes_up_a_sentence_is_the_citation_and_a_wrong_quote_is_none()
    {
        _models.Reply(
            "It says \"28 days of annual leave\" [1]. It says that \"28 days of annual leave\" belong to every employee [1]. It says \"29 weeks of annual leave\" for every employee [1].");
        var answer = await AskAsync(Asked);
        Assert.Equal(["28 days of annual leave", "Every employee has 28 days of annual leave."], answer.Citations.Select(citation => citation.Quote));
        Assert.Equal([SentenceSupport.Verified, SentenceSupport.Verified, SentenceSupport.Unsupported], answer.Sentences.Select(sentence => sentence.Support));
    }

    [Fact]
    public async Task Document_that_changed_since_it_was_found_is_not_cited()
    {
        _models.Reply("Every employee has 28 days of annual leave [1].");
        _library.Tamper(1, "short");
        var answer = await AskAsync(Asked);
        Assert.Equal(SentenceSupport.Unsupported, Assert.Single(answer.Sentences).Support);
        Assert.Contains("has changed or is gone", answer.Sentences[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_is_not_asked_when_the_evidence_is_too_weak()
    {
        var answer = await AskAsync("which enzyme digests lactose in mammals");
        Assert.Equal((false, ExtractiveAnswerer.NotFoundText), (answer.Found, answer.Text));
        Assert.Empty(_models.Requests);
        Assert.Null(answer.Model);
    }

    [Theory]
    [InlineData("Not found in your documents.")]
    [InlineData("The passages do not say how many days of leave an employee has.")]
    [InlineData("**Not found in your documents**")]
    public async Task Model_that_finds_nothing_gives_the_answer_not_found(string written)
    {
        _models.Reply(written);
        var answer = await AskAsync(Asked);
        Assert.Equal((false, ExtractiveAnswerer.NotFoundText), (answer.Found, answer.Text));
        Assert.Empty(answer.Sentences);
    }

    [Fact]
    public async Task Extractive_mode_asks_no_model()
    {
        var answer = await AskAsync(new Question(Asked) { Mode = AnswerMode.Extractive });
        Assert.True(answer.Found);
        Assert.Null(answer.Model);
        Assert.Empty(_models.Requests);
    }

    [Fact]
    public async Task Local_only_collection_is_refused_before_anything_is_sent_unless_a_local_model_is_there()
    {
        _library.LocalOnly.Add(2);
        var refused = await Assert.ThrowsAsync<LocalOnlyException>(() => AskAsync(Asked));
        Assert.Equal("local_only", refused.Code);
        Assert.Empty(_models.Requests);

        _models.Reply("Every employee has 28 days of annual leave [1].");
        Assert.True((await AskAsync(new Question(Asked, [1]))).Found);
        Assert.False(_models.Requests[0].LocalOnly);

        _models.HasLocal = true;
        _models.Reply("Every employee has 28 days of annual leave [1].");
        Assert.True((await AskAsync(Asked)).Found);
        Assert.True(_models.Requests[1].LocalOnly);
    }

    public static TheoryData<Exchange, string> ExchangesThatStay => new()
    {
        { new Exchange(Asked, "28 days.") { CollectionIds = [2] }, "from 'collection 2'" },
        { new Exchange(Asked, "28 days."), "may come from 'collection 2'" },
        { new Exchange(Asked, "28 days.") { CollectionIds = [1], IsLocalOnly = true }, "not there any more" },
    };

    [Theory]
    [MemberData(nameof(ExchangesThatStay))]
    public async Task Answer_from_a_local_only_collection_does_not_leave_with_the_next_question(Exchange exchange, string reason)
    {
        _library.LocalOnly.Add(2);
        var followUp = new Question("when do unused days expire", [1]) { History = [new Exchange("who", "HR.") { CollectionIds = [1] }, exchange] };
        var refused = await Assert.ThrowsAsync<LocalOnlyException>(() => AskAsync(followUp));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Empty(_models.Requests);

        _models.HasLocal = true;
        _models.Reply("When do unused days of annual leave expire?").Reply("Unused days expire on 31 March [1].");
        Assert.True((await AskAsync(followUp)).Found);
        Assert.All(_models.Requests, request => Assert.True(request.LocalOnly));
        Assert.Equal(2, _models.Requests.Count);
    }

    [Fact]
    public async Task Conversation_about_other_collections_goes_where_the_question_goes()
    {
        _library.LocalOnly.Add(2);
        _models.Reply("When do unused days of annual leave expire?").Reply("Unused days expire on 31 March [1].");
        Assert.True((await AskAsync(new Question("when do they", [1]) { History = [new Exchange(Asked, "28 days.") { CollectionIds = [1] }] })).Found);
        Assert.All(_models.Requests, request => Assert.False(request.LocalOnly));
    }

    [Fact]
    public async Task Whole_request_is_one_activity_with_the_documents_of_the_prompt()
    {
        _models.Reply(new ChatWaiting("test", "busy", TimeSpan.FromSeconds(12)), Task.Delay(1, Cancel), "Every employee has 28 days ", "of annual leave [1].");
        var events = await EventsAsync(new Question(Asked));
        Assert.Equal(4, _models.Activities.Count);
        Assert.All(_models.Activities, documents => Assert.Equal(["leave.md", "travel.md"], documents!.Select(document => document.Path).Order()));
        Assert.Equal(new ProviderAwaited("test", "busy", TimeSpan.FromSeconds(12)), Assert.Single(events.OfType<ProviderAwaited>()));
    }

    [Fact]
    public async Task Provider_that_fails_before_the_first_text_fails_the_question()
    {
        _models.Reply(new ProviderException("test", ProviderFailure.Unavailable, "It cannot be reached. Try again."));
        Assert.Equal("provider_unavailable", (await Assert.ThrowsAsync<ProviderException>(() => AskAsync(Asked))).Code);
    }

    [Fact]
    public async Task Provider_that_fails_in_the_middle_leaves_what_was_written_marked_as_interrupted()
    {
        _models.Reply("Every employee has 28 days of annual leave [1]. Unused days expi", new ProviderException("test", ProviderFailure.Interrupted, "The reply was cut off. Ask again."));
        var answer = await AskAsync(Asked);
        Assert.Equal(AnswerFinish.Interrupted, answer.Finish);
        Assert.Equal(new AnswerFault("provider_interrupted", "The reply was cut off. Ask again."), answer.Fault);
        Assert.Equal([SentenceSupport.Verified, SentenceSupport.Incomplete], answer.Sentences.Select(sentence => sentence.Support));
        Assert.Equal("Every employee has 28 days of annual leave. [1] Unused days expi [cut off]", answer.Text);
    }

    [Fact]
    public async Task Filtered_answer_is_withdrawn()
    {
        _models.Reply("Every employee has 28 days of annual leave [1]. More", new ChatFinished(ChatFinish.Filtered, null));
        var answer = await AskAsync(Asked);
        Assert.Equal((AnswerFinish.Filtered, false), (answer.Finish, answer.Found));
        Assert.Empty(answer.Sentences);
        Assert.Empty(answer.Citations);
        Assert.DoesNotContain("28", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Truncated_answer_says_so_and_its_last_sentence_was_not_checked()
    {
        _models.Reply("Every employee has 28 days of annual leave [1]. Unused days", new ChatFinished(ChatFinish.Truncated, null));
        var answer = await AskAsync(Asked);
        Assert.Equal(AnswerFinish.Truncated, answer.Finish);
        Assert.Equal(SentenceSupport.Incomplete, answer.Sentences[^1].Support);
    }

    [Fact]
    public async Task Model_that_never_ends_is_stopped()
    {
        _models.Reply([.. Enumerable.Repeat<object>(new string('a', 999) + "\n", 60), new TaskCompletionSource().Task]);
        var answer = await AskAsync(Asked);
        Assert.Equal(AnswerFinish.Truncated, answer.Finish);
        await _models.Stopped.Task.WaitAsync(TimeSpan.FromSeconds(5), Cancel);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    public async Task Empty_reply_is_told_as_one(string written)
    {
        _models.Reply(written.Length == 0 ? [] : [written]);
        var answer = await AskAsync(Asked);
        Assert.Equal((false, "The model wrote nothing. Ask again."), (answer.Found, answer.Text));
    }

    [Fact]
    public async Task Cancelling_stops_a_model_that_hangs()
    {
        _models.Reply("Every employee has 28 days", new TaskCompletionSource().Task);
        using var stop = new CancellationTokenSource();
        var started = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var next in _answerer.AnswerAsync(AccessScope.Everything, new Question(Asked), stop.Token))
            {
                if (next is TextAdded)
                {
                    await stop.CancelAsync();
                }
            }
        });
        await _models.Stopped.Task.WaitAsync(TimeSpan.FromSeconds(5), Cancel);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Passages_for_which_the_window_has_no_room_are_reported()
    {
        _library.Add(1, "long.md", "# Annual leave of an employee\n\n" + string.Concat(Enumerable.Repeat("An employee has days of annual leave, as many as the contract says. ", 60)));
        _models.Model = _models.Model with { ContextTokens = 1_200, MaxOutputTokens = 200 };
        _models.Reply("Every employee has 28 days of annual leave [1].");
        var events = await EventsAsync(new Question(Asked));
        var answer = ((AnswerCompleted)events[^1]).Answer;
        Assert.Equal(["long.md"], answer.PassagesLeftOut.Select(passage => passage.Path));
        Assert.Equal(2, answer.PassagesUsed);
        Assert.Equal(answer.PassagesLeftOut, Assert.Single(events.OfType<ModelAsked>()).PassagesLeftOut);
        Assert.True(TokensOf(_models.Prompts[0]) + 200 <= 1_200);
    }

    [Fact]
    public async Task Prompt_is_made_anew_for_the_smaller_window_of_the_next_provider()
    {
        var smaller = _models.Model with { Provider = "second", ContextTokens = 760, MaxOutputTokens = 100 };
        _library.Add(1, "long.md", "# Annual leave of an employee\n\n" + string.Concat(Enumerable.Repeat("An employee has days of annual leave, as many as the contract says. ", 20)));
        _models.Reply(smaller, "Every employee has 28 days of annual leave.");
        var answer = await AskAsync(Asked);
        Assert.Equal("second", answer.Model!.Provider);
        Assert.Equal(["long.md"], answer.PassagesLeftOut.Select(passage => passage.Path));
        Assert.True(TokensOf(_models.Prompts[0]) > TokensOf(_models.Prompts[1]));
        Assert.True(TokensOf(_models.Prompts[1]) + 100 <= 760);
    }

    [Fact]
    public async Task Window_without_room_for_one_passage_is_an_error_that_says_what_to_do()
    {
        _models.Model = _models.Model with { ContextTokens = 100, MaxOutputTokens = 20 };
        _models.Reply("never");
        var error = await Assert.ThrowsAsync<ProviderException>(() => AskAsync(Asked));
        Assert.Equal("context_too_large", error.Code);
        Assert.Contains("100 tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_up_is_searched_for_as_the_question_that_the_fast_model_makes_of_it()
    {
        _models.Reply("\"When do unused days of annual leave of an employee expire?\"").Reply("Unused days expire on 31 March [1].");
        var events = await EventsAsync(new Question("And when do they expire?") { History = [new Exchange(Asked, "28 days.")] });
        Assert.Equal("When do unused days of annual leave of an employee expire?", Assert.IsType<QuestionRewritten>(events[0]).Question);
        Assert.Equal([ModelRole.Fast, ModelRole.Chat], _models.Requests.Select(request => request.Role));
        var answer = ((AnswerCompleted)events[^1]).Answer;
        Assert.True(answer.Found);
        Assert.Equal("When do unused days of annual leave of an employee expire?", answer.SearchedFor);
        Assert.Contains("Answer: 28 days.", _models.Prompts[1].Messages[1].Text, StringComparison.Ordinal);
        Assert.Contains("And when do they expire?", _models.Prompts[1].Messages[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(UselessRewrites))]
    public async Task Follow_up_borrows_the_words_of_the_last_question_when_the_fast_model_is_of_no_use(object[] script)
    {
        _models.Reply(script).Reply("Unused days expire on 31 March [1].");
        var events = await EventsAsync(new Question("when do unused days expire") { History = [new Exchange(Asked, "28 days.")] });
        Assert.Equal("when do unused days expire many annual leave employee", Assert.IsType<QuestionRewritten>(events[0]).Question);
    }

    public static TheoryData<object[]> UselessRewrites =>
    [
        new object[] { new ProviderException("test", ProviderFailure.Throttled, "Busy.") },
        new object[] { "First line.\nSecond line." },
        new object[] { " ?! " },
        new object[] { new string('x', 600) },
        new object[] { "Half a quest", new ChatFinished(ChatFinish.Truncated, null) },
    ];

    private static int TokensOf(ChatPrompt prompt) => prompt.Messages.Sum(message => new ScriptedChatModels.LetterCounter().Count(message.Text));

    private Task<Answer> AskAsync(string question) => AskAsync(new Question(question));

    private async Task<Answer> AskAsync(Question question) => ((AnswerCompleted)(await EventsAsync(question))[^1]).Answer;

    private async Task<List<AnswerEvent>> EventsAsync(Question question)
    {
        var events = new List<AnswerEvent>();
        await foreach (var each in _answerer.AnswerAsync(AccessScope.Everything, question, Cancel))
        {
            events.Add(each);
        }

        return events;
    }
}
