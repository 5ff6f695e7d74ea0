using Synapse.Errors;
using Synapse.Fakes;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Embedding;

/// <summary>Every scenario of the fake server that an embedding can meet, in every dialect whose real servers can do it.</summary>
public sealed class EmbeddingScenarioTests
{
    private static readonly string[] Dialects = ["openai", "azure-legacy", "azure-v1", "llamacpp", "vllm", "ollama", "tei", "lmstudio"];

    // Scenario -> outcome and requests sent. Retries are free, so the counts are those of the classes.
    private static readonly Dictionary<string, (string Outcome, int Requests)> Expected = new()
    {
        ["ok-json"] = ("ok", 1),
        ["emb-base64"] = ("ok", 1),
        ["emb-shuffled-index"] = ("ok", 1),
        ["400-unsupported-param?param=top_logprobs"] = ("BadConfig", 1),
        ["401"] = ("Auth", 1),
        ["401?body=string"] = ("Auth", 1),
        ["401?body=empty"] = ("Auth", 1),
        ["403"] = ("Auth", 1),
        ["404-deployment"] = ("BadConfig", 1),
        ["404-model"] = ("BadConfig", 1),
        ["408"] = ("Unavailable", 3),
        ["409"] = ("Unavailable", 3),
        ["424"] = ("BadConfig", 1),
        ["429-ms"] = ("Throttled", 4),
        ["429-none"] = ("Throttled", 4),
        ["429-huge"] = ("Throttled", 1),
        ["429-quota"] = ("QuotaExhausted", 1),
        ["429-then-ok-n"] = ("ok", 3),
        ["500"] = ("Unavailable", 3),
        ["501"] = ("BadConfig", 1),
        ["502-html"] = ("Unavailable", 3),
        ["529"] = ("Unavailable", 3),
        ["302-to-other-host"] = ("BadConfig", 1),
        ["200-html"] = ("Protocol", 2),
        ["200-empty"] = ("Protocol", 2),
        ["204"] = ("Protocol", 2),
        ["cut-chunked"] = ("Interrupted", 2),
        ["cut-length"] = ("Interrupted", 2),
        ["cut-close-clean"] = ("Protocol", 2),
        ["rst-after-n"] = ("Interrupted", 2),
        ["gzip-bomb"] = ("Protocol", 2),
        ["huge-headers"] = ("Protocol", 2),
        ["json-garbage"] = ("Protocol", 2),
        ["json-truncated"] = ("Protocol", 2),
        ["json-deep-65"] = ("Protocol", 2),
        ["nan"] = ("Protocol", 2),
        ["1e400"] = ("Protocol", 2),
        ["wrong-dim"] = ("Protocol", 2),
        ["wrong-dim?delta=5"] = ("Protocol", 2),
        ["short-data"] = ("Protocol", 2),
        ["extra-data"] = ("Protocol", 2),
        // Two values for one thing: which is meant is not guessed at.
        ["dup-keys"] = ("Protocol", 2),
        ["lone-surrogate"] = ("ok", 1),
        ["bad-utf8"] = ("ok", 1),
    };

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var scenario in Expected.Keys)
        {
            var info = FakeProvider.Scenarios.Single(item => item.Id == scenario.Split('?')[0]);
            foreach (var dialect in Dialects.Where(dialect => info.Dialects.Contains(dialect)))
            {
                cases.Add(dialect, scenario);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_embedding_comes_whole_or_fails_as_it_must_when_a_server_behaves_like_this(string dialect, string scenario)
    {
        await using var bench = ProviderBench.Start(dialect);
        using var embedder = bench.Embedder(bench.Settings());
        bench.Time.PassesRetries = true;
        var space = await embedder.GetSpaceAsync(TestContext.Current.CancellationToken);
        bench.Server.ClearRequests();
        bench.Server.Scenario = scenario;

        var outcome = "ok";
        var destination = new float[3 * space.Dimensions];
        try
        {
            await embedder.EmbedPassagesAsync(["a cat".AsMemory(), "a dog".AsMemory(), "a bird".AsMemory()], destination, TestContext.Current.CancellationToken);
        }
        catch (ProviderException exception)
        {
            outcome = exception.Failure.ToString();
            Assert.DoesNotContain(ProviderBench.Key, $"{exception}{exception.Detail}");
        }

        Assert.Equal((Expected[scenario].Outcome, Expected[scenario].Requests), (outcome, bench.Sent));
        Assert.DoesNotContain(destination, number => !float.IsFinite(number));
        Assert.All(bench.Egress.AskedHosts, host => Assert.Equal(bench.Server.Address.Authority, host));
    }
}
