using Synapse.Errors;
using Synapse.Fakes;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Chat;

/// <summary>Every scenario of the fake server that a chat can meet, in every dialect whose real servers can do it, with what must hold after each.</summary>
public sealed class ChatScenarioTests
{
    private static readonly string[] ChatDialects = ["openai", "azure-legacy", "azure-v1", "llamacpp", "vllm", "ollama", "lmstudio", "anthropic"];

    // Scenario -> outcome and requests sent. Attempts: 1 + retries of the class (throttled 3, unavailable 2, interrupted, protocol and too large 1).
    private static readonly Dictionary<string, (string Outcome, int Requests)> Expected = new()
    {
        ["ok-stream"] = ("Complete", 1),
        ["ok-json"] = ("Complete", 1),
        ["ok-usage"] = ("Complete", 1),
        ["ok-reasoning"] = ("Complete", 1),
        ["ok-reasoning?form=keys"] = ("Complete", 1),
        ["ok-reasoning?form=think"] = ("Complete", 1),
        ["ok-reasoning?form=unopened"] = ("Complete", 1),
        ["ok-tools-interleaved"] = ("Complete", 1),
        ["ok-empty"] = ("Complete", 1),
        ["ok-length"] = ("Truncated", 1),
        ["ok-1-byte-chunks"] = ("Complete", 1),
        ["ok-crlf"] = ("Complete", 1),
        ["ok-crlf?bytes=single"] = ("Complete", 1),
        ["ok-cr"] = ("Complete", 1),
        ["ok-mixed-line-ends"] = ("Complete", 1),
        ["ok-bom"] = ("Complete", 1),
        ["ok-comments"] = ("Complete", 1),
        ["ok-multi-data"] = ("Complete", 1),
        ["ok-no-space"] = ("Complete", 1),
        ["ok-empty-data"] = ("Complete", 1),
        ["ok-finish-with-text"] = ("Complete", 1),
        ["ok-null-content"] = ("Complete", 1),
        ["azure-prompt-filter"] = ("Complete", 1),
        ["azure-prompt-filter?name=prompt_annotations"] = ("Complete", 1),
        ["azure-async-annotations"] = ("Complete", 1),
        ["azure-late-block"] = ("Filtered", 1),
        ["azure-block"] = ("Filtered", 1),
        ["400-context"] = ("TooLarge", 2),
        ["400-filter"] = ("ProviderFailure.Filtered", 1),
        ["400-unsupported-param?param=top_logprobs"] = ("BadConfig", 1),
        ["401"] = ("Auth", 1),
        ["401?body=object"] = ("Auth", 1),
        ["401?body=string"] = ("Auth", 1),
        ["401?body=empty"] = ("Auth", 1),
        ["401?reason=role"] = ("Auth", 1),
        ["403"] = ("Auth", 1),
        ["404-deployment"] = ("BadConfig", 1),
        ["404-model"] = ("BadConfig", 1),
        ["408"] = ("Unavailable", 3),
        ["409"] = ("Unavailable", 3),
        ["413-text"] = ("TooLarge", 2),
        ["424"] = ("BadConfig", 1),
        ["429-ms"] = ("Throttled", 4),
        ["429-seconds"] = ("Throttled", 4),
        ["429-date"] = ("Throttled", 4),
        ["429-fraction"] = ("Throttled", 4),
        ["429-negative"] = ("Throttled", 4),
        ["429-huge"] = ("Throttled", 1),
        ["429-none"] = ("Throttled", 4),
        ["429-quota"] = ("QuotaExhausted", 1),
        ["429-toolarge"] = ("TooLarge", 2),
        ["429-then-ok-n"] = ("Complete", 3),
        ["500"] = ("Unavailable", 3),
        ["501"] = ("BadConfig", 1),
        ["502-html"] = ("Unavailable", 3),
        ["502-html?status=504"] = ("Unavailable", 3),
        ["502-html?status=522"] = ("Unavailable", 3),
        ["503-ollama-busy"] = ("Unavailable", 3),
        ["529"] = ("Unavailable", 3),
        ["302-to-other-host"] = ("BadConfig", 1),
        ["200-html"] = ("Protocol", 2),
        ["200-json-on-stream"] = ("Protocol", 2),
        ["200-empty"] = ("Interrupted", 2),
        ["204"] = ("Protocol", 2),
        ["refuse"] = ("Unavailable", 0),
        ["cut-chunked?n=5"] = ("Interrupted", 1),
        ["cut-chunked?n=0"] = ("Interrupted", 2),
        ["cut-length?n=5"] = ("Interrupted", 1),
        ["cut-length?n=0"] = ("Interrupted", 2),
        ["cut-close-clean?n=5"] = ("Interrupted", 1),
        ["cut-close-clean?n=0"] = ("Interrupted", 2),
        ["rst-after-n?n=5"] = ("Interrupted", 1),
        ["rst-after-n?n=0"] = ("Interrupted", 2),
        ["gzip-bomb"] = ("Protocol", 2),
        ["huge-line-64M"] = ("Protocol", 2),
        ["endless-tokens?every-ms=0"] = ("Interrupted", 1),
        ["huge-headers"] = ("Protocol", 2),
        ["dup-content-length"] = ("Interrupted", 2),
        ["json-garbage"] = ("Interrupted", 1),
        ["json-garbage?n=1"] = ("Protocol", 2),
        ["json-truncated"] = ("Interrupted", 1),
        ["json-deep-65"] = ("Interrupted", 1),
        ["lone-surrogate"] = ("Interrupted", 1),
        ["bad-utf8"] = ("Complete", 1),
        ["dup-keys"] = ("Complete", 1),
        ["null-choices"] = ("Complete", 1),
        ["choices-empty-only"] = ("Interrupted", 2),
        ["error-mid"] = ("Interrupted", 1),
        ["error-mid?n=0"] = ("Unavailable", 3),
        ["error-mid-then-done"] = ("Interrupted", 1),
        ["event-error"] = ("Unavailable", 3),
        ["empty-chunk-eof"] = ("Interrupted", 1),
        ["no-done"] = ("Complete", 1),
        ["done-without-finish"] = ("Interrupted", 1),
        ["done-space"] = ("Complete", 1),
        ["two-finishes"] = ("Complete", 1),
        ["text-after-finish"] = ("Complete", 1),
        ["id-changes"] = ("Complete", 1),
        ["xss-in-content"] = ("Complete", 1),
        ["markdown-image-exfil"] = ("Complete", 1),
        ["ansi-escapes"] = ("Complete", 1),
        ["rtl-override"] = ("Complete", 1),
    };

    // Where a dialect differs, with the reason.
    private static readonly Dictionary<(string Scenario, string Dialect), (string Outcome, int Requests)> Differs = new()
    {
        // Its own API has no choices that could be null or empty, and its streams are JSON lines.
        [("choices-empty-only", "ollama")] = ("Complete", 1),
        [("200-empty", "ollama")] = ("Protocol", 2),
    };

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var scenario in Expected.Keys)
        {
            var info = FakeProvider.Scenarios.Single(item => item.Id == scenario.Split('?')[0]);
            foreach (var dialect in ChatDialects.Where(dialect => info.Dialects.Contains(dialect)))
            {
                cases.Add(dialect, scenario);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_chat_ends_once_and_as_it_must_when_a_server_behaves_like_this(string dialect, string scenario)
    {
        await using var bench = ProviderBench.Start(dialect, scenario);
        var models = bench.Models(bench.Settings() with { ContextTokens = 8_000 });
        var (expected, requests) = Differs.TryGetValue((scenario, dialect), out var own) ? own : Expected[scenario];

        var outcome = await bench.AskAsync(models);

        Assert.Equal((expected, requests), (Describe(outcome), bench.Sent));
        await bench.AssertInvariantsAsync(outcome, models);
    }

    private static string Describe(ChatOutcome outcome) => outcome.Error switch
    {
        null => outcome.Finished!.Finish.ToString(),
        ProviderException { Failure: ProviderFailure.Filtered } => "ProviderFailure.Filtered",
        ProviderException failure => failure.Failure.ToString(),
        var other => other.GetType().Name,
    };
}
