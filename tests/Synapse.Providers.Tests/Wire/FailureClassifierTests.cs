using System.Net;
using System.Text;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Tests.TestSupport;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Tests.Wire;

public sealed class FailureClassifierTests
{
    private static readonly ProviderSettings Provider = new()
    {
        Name = "p",
        Kind = ProviderKind.OpenAI,
        Endpoint = new("http://127.0.0.1:1"),
        Reach = AddressReach.Loopback,
        ApiKey = new("my-very-own-key"),
    };

    // Bodies as the servers send them; sources stand in the table of the fake server's dialects.
    [Theory]
    [InlineData(400, """{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""", ProviderFailure.TooLarge, 8192)]
    [InlineData(400, """{"error":{"code":400,"message":"request (20056 tokens) exceeds the available context size (16384 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":20056,"n_ctx":16384}}""", ProviderFailure.TooLarge, 16384)]
    [InlineData(500, """{"error":{"code":500,"message":"input (596 tokens) is too large to process. increase the physical batch size (current batch size: 512)","type":"server_error"}}""", ProviderFailure.TooLarge, 512)]
    [InlineData(400, """{"error":{"message":"the input length exceeds the context length","type":"api_error","param":null,"code":null}}""", ProviderFailure.TooLarge, null)]
    [InlineData(400, """{"error":{"message":"This model's maximum context length is 4096 tokens, but max_tokens is 9000.","type":"BadRequestError","param":"max_tokens","code":400}}""", ProviderFailure.BadConfig, null)]
    [InlineData(422, """{"message":"`inputs` must have less than 512 tokens. Given: 600","code":422,"type":"Validation"}""", ProviderFailure.TooLarge, 512)]
    [InlineData(429, """{"error":{"message":"Request too large for model `x` on tokens per minute","type":"tokens","code":"rate_limit_exceeded"}}""", ProviderFailure.TooLarge, null)]
    [InlineData(413, "length limit exceeded", ProviderFailure.TooLarge, null)]
    [InlineData(429, """{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""", ProviderFailure.QuotaExhausted, null)]
    [InlineData(402, """{"error":"Payment required"}""", ProviderFailure.QuotaExhausted, null)]
    [InlineData(429, """{"error":{"code":"429","message":"exceeded token rate limit. Please retry after 22 seconds."}}""", ProviderFailure.Throttled, null)]
    [InlineData(400, """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", ProviderFailure.Filtered, null)]
    [InlineData(401, """{"error":"Unauthorized"}""", ProviderFailure.Auth, null)]
    [InlineData(401, "", ProviderFailure.Auth, null)]
    [InlineData(400, """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]""", ProviderFailure.Auth, null)]
    [InlineData(404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""", ProviderFailure.BadConfig, null)]
    [InlineData(500, """{"error":{"code":500,"message":"image input is not supported - hint: if this is unexpected, you may need to provide the mmproj","type":"server_error"}}""", ProviderFailure.BadConfig, null)]
    [InlineData(500, """{"error":{"code":500,"message":"the current context does not support logits computation. skipping","type":"server_error"}}""", ProviderFailure.BadConfig, null)]
    [InlineData(502, "<html><title>502 Bad Gateway</title></html>", ProviderFailure.Unavailable, null)]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", ProviderFailure.Unavailable, null)]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}""", ProviderFailure.TooLarge, 200000)]
    [InlineData(400, """{"detail":[{"msg":"field required","loc":["body"],"type":"value_error"}]}""", ProviderFailure.BadConfig, null)]
    [InlineData(418, "7", ProviderFailure.BadConfig, null)]
    public void A_failure_is_classified_by_status_code_type_and_words_together(int status, string body, ProviderFailure expected, int? tokens)
    {
        var failure = Classify(status, body);

        Assert.Equal((expected, tokens), (failure.Kind, failure.ServerTokens));
    }

    [Theory]
    [InlineData("""{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}""", "max_tokens")]
    [InlineData("""{"error":{"message":"Unsupported value: 'temperature' does not support 0 with this model.","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}""", "temperature")]
    [InlineData("""{"error":{"message":"Unrecognized request argument supplied: 'stream_options'","type":"invalid_request_error"}}""", "stream_options")]
    [InlineData("""{"error":{"message":"This model does not support specifying dimensions.","type":"invalid_request_error"}}""", "dimensions")]
    [InlineData("""{"error":{"message":"Invalid role 'x'","type":"invalid_request_error"}}""", null)]
    public void The_parameter_that_a_model_does_not_take_is_found(string body, string? parameter)
    {
        var failure = Classify(400, body);

        Assert.Equal((ProviderFailure.BadConfig, parameter, true), (failure.Kind, failure.Parameter, failure.IsOfRequest));
    }

    [Fact]
    public void A_batch_limit_is_found()
        => Assert.Equal(32, Classify(422, """{"message":"batch size 33 > maximum allowed batch size 32","code":422,"type":"Validation"}""").ServerBatchSize);

    [Fact]
    public void No_secret_and_no_key_like_text_stands_in_what_the_operator_reads()
    {
        var failure = Classify(401, """{"error":{"message":"Incorrect API key provided: my-very-own-key and sk-abcd****wxyz; header was Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.sig","code":"sk-proj-abcdefgh"}}""");

        Assert.DoesNotContain("my-very-own-key", failure.Detail);
        Assert.DoesNotContain("wxyz", failure.Detail);
        Assert.DoesNotContain("eyJ", failure.Detail);
        Assert.DoesNotContain("abcdefgh", failure.Detail + failure.Summary);
        Assert.Contains("***", failure.Detail);
    }

    [Fact]
    public void Words_for_logs_hold_nothing_that_the_server_said()
        => Assert.Equal("400 some_code", Classify(400, """{"error":{"message":"your text was: secret plans","code":"some_code"}}""").Summary);

    [Theory]
    [InlineData("retry-after-ms", "1500", 1.5)]
    [InlineData("retry-after", "2", 2.0)]
    [InlineData("retry-after", "0.25", 0.25)]
    [InlineData("retry-after", "-3", 0.0)]
    [InlineData("retry-after", "soon", null)]
    [InlineData("retry-after", "NaN", null)]
    public void A_wait_is_read_from_the_headers(string name, string value, double? seconds)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        response.Headers.TryAddWithoutValidation(name, value);

        Assert.Equal(seconds, RetryAfter.Read(response.Headers, "", DateTimeOffset.UnixEpoch)?.TotalSeconds);
    }

    [Fact]
    public void Milliseconds_go_before_seconds_dates_are_counted_from_now_and_words_come_last()
    {
        var now = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        using var both = new HttpResponseMessage();
        both.Headers.TryAddWithoutValidation("retry-after-ms", "100");
        both.Headers.TryAddWithoutValidation("retry-after", "9");
        using var date = new HttpResponseMessage();
        date.Headers.TryAddWithoutValidation("retry-after", "Thu, 01 Jan 2026 12:00:30 GMT");

        Assert.Equal(0.1, RetryAfter.Read(both.Headers, "", now)!.Value.TotalSeconds);
        Assert.Equal(30, RetryAfter.Read(date.Headers, "", now)!.Value.TotalSeconds);
        Assert.Equal(22, RetryAfter.Read(null, "Please retry after 22 seconds.", now)!.Value.TotalSeconds);
        Assert.Equal(0.35, RetryAfter.Read(null, "Please try again in 350ms.", now)!.Value.TotalSeconds);
        Assert.Null(RetryAfter.Read(null, "Slow down.", now));
    }

    private static WireFailure Classify(int status, string body)
        => new FailureClassifier(Provider, new PollingTime()).OfReply(status, null, ErrorText.Read(Encoding.UTF8.GetBytes(body)));
}
