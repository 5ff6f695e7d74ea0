using System.Net;
using System.Text;
using Synapse.Contracts;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Features;

/// <summary>Search, answers, and what bad requests get.</summary>
public sealed class AskingApiTests(RunningServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Search_finds_the_passage_and_its_score_is_the_sum_of_its_parts()
    {
        var found = await server.Client.SearchAsync(new SearchRequest("RetryPolicy max attempts", ["sample"]), Cancel);
        var best = found.Hits[0];
        Assert.Equal(("sample", "src/RetryPolicy.cs", "csharp"), (best.Collection, best.Document, best.Language));
        Assert.All(found.Hits, hit => Assert.Equal(hit.Explain.Values.Sum(), hit.Score, precision: 6));
        Assert.True(found.ElapsedMs > 0);
    }

    [Fact]
    public async Task Search_returns_no_more_than_its_limit()
        => Assert.Single((await server.Client.SearchAsync(new SearchRequest("the", ["sample"], Limit: 1), Cancel)).Hits);

    [Fact]
    public async Task Search_in_a_collection_that_is_not_there_is_not_found()
    {
        var gone = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.SearchAsync(new SearchRequest("x y", ["nowhere"]), Cancel));
        Assert.Equal((404, "collection_not_found"), (gone.Status, gone.Code));
    }

    [Theory]
    [InlineData("""{"query":""}""", "query")]
    [InlineData("""{"query":"x","limit":0}""", "limit")]
    [InlineData("""{"query":"x","limit":101}""", "limit")]
    public async Task A_field_that_breaks_its_rule_is_named_as_the_json_has_it(string body, string field)
    {
        using var response = await PostAsync("/api/v1/search", body);
        var problem = await response.ReadProblemAsync();
        Assert.Equal((400, ErrorCodes.ValidationFailed), (problem.Status, problem.Code));
        Assert.Equal([field], problem.Errors!.Keys);
    }

    [Fact]
    public async Task A_problem_has_the_described_members_and_no_others()
    {
        using var unread = await PostAsync("/api/v1/search", "{");
        Assert.Equal(["status", "title", "code", "detail", "requestId"], await MembersAsync(unread));
        using var invalid = await PostAsync("/api/v1/search", """{"query":"x","limit":0}""");
        Assert.Equal(["code", "detail", "errors", "requestId", "status", "title"], (await MembersAsync(invalid)).Order());
    }

    private static async Task<List<string>> MembersAsync(HttpResponseMessage response)
    {
        using var problem = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return [.. problem.RootElement.EnumerateObject().Select(member => member.Name)];
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"query":5}""")]
    [InlineData("""{"limit":"many","query":"x"}""")]
    public async Task A_body_that_is_not_the_expected_json_is_a_bad_request(string body)
    {
        using var response = await PostAsync("/api/v1/search", body);
        var problem = await response.ReadProblemAsync();
        Assert.Equal(400, problem.Status);
        Assert.True(problem.Code is ErrorCodes.BadRequest or ErrorCodes.ValidationFailed, problem.Code);
    }

    [Fact]
    public async Task A_query_without_letters_or_digits_is_refused()
    {
        var refused = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.SearchAsync(new SearchRequest("?!"), Cancel));
        Assert.Equal((400, "invalid_query"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        using var response = await PostAsync("/api/v1/search", $$"""{"query":"{{new string('x', 2_000_000)}}"}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(ErrorCodes.RequestTooLarge, (await response.ReadProblemAsync()).Code);
    }

    [Fact]
    public async Task A_body_of_another_type_is_refused()
    {
        using var client = server.Program();
        using var response = await client.PostAsync("/api/v1/search", new StringContent("query=x", Encoding.UTF8, "application/x-www-form-urlencoded"), Cancel);
        Assert.Equal(ErrorCodes.UnsupportedMediaType, (await response.ReadProblemAsync()).Code);
    }

    [Fact]
    public async Task An_answer_quotes_its_source_at_the_cited_lines()
    {
        var answer = await server.Client.AnswerAsync(new AnswerRequest(SampleDocuments.Question, ["sample"]), Cancel);
        Assert.True(answer.Found);
        var citation = answer.Citations[0];
        Assert.Equal((1, "lease.md", true), (citation.Number, citation.Document, citation.Verified));
        Assert.InRange(SampleDocuments.QuoteLine, citation.StartLine, citation.EndLine);
        Assert.Contains(SampleDocuments.Quote, citation.Quote, StringComparison.Ordinal);
        var text = await server.Client.GetDocumentTextAsync(citation.DocumentId, cancellationToken: Cancel);
        Assert.Equal(citation.Quote, text.Text[citation.StartOffset..citation.EndOffset]);
    }

    [Fact]
    public async Task The_events_of_an_answer_come_in_order_and_agree_with_the_whole()
    {
        var names = new List<string>();
        var citations = new List<CitationResponse>();
        AnswerResponse? completed = null;
        await foreach (var item in server.Client.StreamAnswerAsync(new AnswerRequest(SampleDocuments.Question, ["sample"]), Cancel))
        {
            names.Add(item switch { { Passages: not null } => "passages", { Citation: not null } => "citation", { Sentence: not null } => "sentence", _ => "completed" });
            if (item.Citation is not null)
            {
                citations.Add(item.Citation);
            }

            completed = item.Completed;
        }

        Assert.Equal("passages", names[0]);
        Assert.Equal("citation", names[1]);
        Assert.Equal("sentence", names[2]);
        Assert.Equal("completed", names[^1]);
        Assert.Equal(completed!.Citations, citations);
    }

    [Theory]
    [InlineData("""{"question":"why?","mode":"poetic"}""", "mode")]
    [InlineData("""{"question":"why?","history":[{"question":"","answer":"x"}]}""", "history[0].question")]
    [InlineData("""{"question":"why?","history":[{"question":"a","answer":"a"},{"question":"a","answer":"a"},{"question":"a","answer":"a"},{"question":"a","answer":"a"},{"question":"a","answer":"a"},{"question":"a","answer":"a"},{"question":"a","answer":"a"},{"question":"a","answer":"a"},{"question":"a","answer":"a"},{"question":"a","answer":"a"},{"question":"a","answer":"a"}]}""", "history")]
    public async Task A_question_with_a_mode_or_history_that_breaks_its_rule_is_refused(string body, string field)
    {
        using var response = await PostAsync("/api/v1/answers", body);
        var problem = await response.ReadProblemAsync();
        Assert.Equal((400, ErrorCodes.ValidationFailed), (problem.Status, problem.Code));
        Assert.Equal([field], problem.Errors!.Keys);
    }

    [Fact]
    public async Task An_answer_of_quotes_names_no_model_and_all_its_sentences_are_verified()
    {
        var answer = await server.Client.AnswerAsync(new AnswerRequest(SampleDocuments.Question, ["sample"], Mode: "extractive"), Cancel);
        Assert.Null(answer.Model);
        Assert.Equal("complete", answer.Finish);
        Assert.NotEmpty(answer.Sentences);
        Assert.All(answer.Sentences, sentence => Assert.Equal("verified", sentence.Support));
    }

    [Fact]
    public async Task What_the_documents_do_not_say_is_not_found()
    {
        var answer = await server.Client.AnswerAsync(new AnswerRequest("Which volcano erupted near the capital of Iceland?", ["sample"]), Cancel);
        Assert.False(answer.Found);
        Assert.Empty(answer.Citations);
        Assert.NotEmpty(answer.Answer);
    }

    [Fact]
    public async Task A_failure_before_the_first_event_is_a_problem()
    {
        using var client = server.Program();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/answers") { Content = Json("""{"question":"why?","collections":["nowhere"]}""") };
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await client.SendAsync(request, Cancel);
        Assert.Equal("collection_not_found", (await response.ReadProblemAsync()).Code);
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404, ErrorCodes.NotFound)]
    [InlineData("GET", "/api/v1/documents/abc", 404, ErrorCodes.NotFound)]
    [InlineData("PUT", "/api/v1/collections", 405, ErrorCodes.MethodNotAllowed)]
    [InlineData("GET", "/api/v1/jobs?limit=0", 400, ErrorCodes.ValidationFailed)]
    [InlineData("GET", "/api/v1/jobs?unfinished=perhaps", 400, ErrorCodes.BadRequest)]
    public async Task Every_refusal_is_a_problem_with_its_code(string method, string path, int status, string code)
    {
        using var client = server.Program();
        using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancel);
        var problem = await response.ReadProblemAsync();
        Assert.Equal((status, code), (problem.Status, problem.Code));
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private async Task<HttpResponseMessage> PostAsync(string path, string body)
    {
        using var client = server.Program();
        return await client.PostAsync(path, Json(body), Cancel);
    }
}
