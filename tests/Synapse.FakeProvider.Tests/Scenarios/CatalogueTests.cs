namespace Synapse.Fakes.Tests.Scenarios;

/// <summary>The catalogue holds every scenario that the specification of the wire names.</summary>
public sealed class CatalogueTests
{
    private const string Normal =
        "ok-stream ok-json ok-usage ok-reasoning ok-tools-interleaved ok-empty ok-length ok-1-byte-chunks ok-crlf ok-cr ok-bom ok-comments ok-multi-data " +
        "ok-finish-with-text ok-null-content azure-prompt-filter azure-async-annotations azure-late-block emb-base64 emb-shuffled-index rerank-sorted";

    private const string Status =
        "400-context 400-filter 400-unsupported-param 401 401-expired-then-ok 403 404-deployment 404-model 408 409 413-text 422-batch 424 429-ms 429-seconds " +
        "429-date 429-fraction 429-negative 429-huge 429-none 429-quota 429-toolarge 429-then-ok-n 500 500-embed-toolarge 501 502-html 503-loading-n-then-ok " +
        "503-ollama-busy 529 302-to-other-host 200-html 200-json-on-stream 200-empty 204";

    private const string Transport =
        "refuse accept-no-reply headers-stall headers-drip body-stall-after-n drip-1B/s comments-forever cut-chunked cut-length cut-close-clean rst-after-n " +
        "tls-bad-cert tls-expired gzip-bomb huge-line-64M endless-tokens huge-headers dup-content-length";

    private const string Content =
        "json-garbage json-truncated json-deep-65 lone-surrogate bad-utf8 nan 1e400 dup-keys wrong-dim short-data extra-data null-choices choices-empty-only " +
        "error-mid error-mid-then-done event-error empty-chunk-eof no-done done-without-finish done-space two-finishes text-after-finish id-changes " +
        "xss-in-content markdown-image-exfil ansi-escapes rtl-override";

    [Theory]
    [InlineData("Normal", Normal, 21)]
    [InlineData("Status", Status, 35)]
    [InlineData("Transport", Transport, 18)]
    [InlineData("Content", Content, 27)]
    public void Catalogue_has_every_scenario_of_the_specification(string group, string ids, int count)
    {
        var specified = ids.Split(' ');
        Assert.Equal(count, specified.Length);

        Assert.Empty(specified.Except(FakeProvider.Scenarios.Where(scenario => scenario.Group == group).Select(scenario => scenario.Id)));
    }

    [Fact]
    public void Every_scenario_has_a_dialect_and_every_dialect_many_scenarios()
    {
        Assert.All(FakeProvider.Scenarios, scenario => Assert.NotEmpty(scenario.Dialects));
        Assert.All(
            FakeProvider.Dialects.Except(["entra"]),
            dialect => Assert.True(FakeProvider.Scenarios.Count(scenario => scenario.Dialects.Contains(dialect)) >= 40, dialect));
    }

    [Fact]
    public void Every_scenario_has_an_expectation()
        => Assert.Empty(FakeProvider.Scenarios.Select(scenario => scenario.Id).Except(ScenarioTests.Expected.Keys).Except(ConnectionTests.Expected));
}
