using Synapse.Fakes;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Cli;

/// <summary>A reranker from the settings, seen from the command line.</summary>
public sealed class RerankedSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Hits_stand_as_the_reranker_puts_them_and_without_it_the_search_goes_on_and_says_so()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "tei" });
        _folder.Write("data/appsettings.json", $$$"""{"Synapse":{"Providers":[{"Name":"scores","Kind":"TextEmbeddingsInference","Endpoint":"{{{fake.Address}}}","Rerank":"reranker"}]}}""");
        _folder.Write("docs/short.txt", "The boat.");
        _folder.Write("docs/long.txt", "Where the keys hang is told in another document, which is about the garden of the boat.");
        var run = await SearchAsync();
        Assert.Equal(0, run.ExitCode);
        var hits = run.Json.GetProperty("hits");
        Assert.Equal("long.txt", hits[0].GetProperty("document").GetString());
        Assert.Equal(2, hits[0].GetProperty("explain").GetProperty("rerank").GetDouble());
        Assert.Contains("\"The boat.\"", System.Text.Encoding.UTF8.GetString(fake.Requests.Single(request => request.Kind == RequestKind.Rerank).Body.ToArray()), StringComparison.Ordinal);

        fake.SetScenario(RequestKind.Rerank, "500");
        run = await SearchAsync();
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Note: The passages were not reranked.", run.Errors, StringComparison.Ordinal);
        Assert.Equal(2, run.Json.GetProperty("hits").GetArrayLength());
    }

    private Task<CommandLineRun> SearchAsync()
        => CommandLineRun.StartAsync(Path.Combine(_folder.Path, "data"), "search", "where do the keys of the boat hang", Path.Combine(_folder.Path, "docs"), "--json", "--explain");
}
