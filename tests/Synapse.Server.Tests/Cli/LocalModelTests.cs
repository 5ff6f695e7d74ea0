using Synapse.Server.Tests.TestSupport;
using Synapse.TinyModels;

namespace Synapse.Server.Tests.Cli;

/// <summary>Models in ONNX in the process, chosen by settings, seen from the command line.</summary>
public sealed class LocalModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Chosen_models_embed_new_collections_and_rerank_and_nothing_leaves()
    {
        var embedding = TinyModelFolder.WriteSentenceModel(Path.Combine(_folder.Path, "tiny-embedding"), new EncoderShape()).Path;
        var reranking = TinyModelFolder.WriteCrossEncoder(Path.Combine(_folder.Path, "tiny-rerank"), new EncoderShape { Labels = 1 }).Path;
        _folder.Write("data/.env", $"SYNAPSE__LOCALMODELS__EMBEDDING={embedding}\nSYNAPSE__LOCALMODELS__RERANK={reranking}\nSYNAPSE_OFFLINE=true\n");
        _folder.Write("docs/boat.txt", "The keys of the boat hang behind the door.");
        _folder.Write("docs/garden.txt", "Tulips and the boat stand in the garden.");
        var run = await CommandLineRun.StartAsync(Data, "search", "keys of the boat", Path.Combine(_folder.Path, "docs"), "--json", "--explain");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors.Contains("Note:", StringComparison.Ordinal) ? run.Errors : ""));
        var hits = run.Json.GetProperty("hits");
        Assert.Equal(2, hits.GetArrayLength());
        Assert.Contains(hits.EnumerateArray(), hit => hit.GetProperty("explain").TryGetProperty("rerank", out _));
        var status = await CommandLineRun.StartAsync(Data, "status", "--json");
        Assert.StartsWith("tiny-embedding", status.Json.GetProperty("collections")[0].GetProperty("embeddingModel").GetString(), StringComparison.Ordinal);
        Assert.Empty((await CommandLineRun.StartAsync(Data, "egress", "--json")).Json.GetProperty("entries").EnumerateArray());
    }

    [Fact]
    public async Task A_model_that_was_imported_is_chosen_by_name_and_one_that_was_not_says_how_to_get_it()
    {
        _folder.Write("data/.env", "SYNAPSE__LOCALMODELS__EMBEDDING=tiny\nSYNAPSE_OFFLINE=true\n");
        _folder.Write("docs/boat.txt", "The keys of the boat hang behind the door.");
        var docs = Path.Combine(_folder.Path, "docs");
        var run = await CommandLineRun.StartAsync(Data, "search", "keys of the boat", docs, "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("synapse models", run.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);

        var folder = TinyModelFolder.WriteSentenceModel(Path.Combine(_folder.Path, "tiny"), new EncoderShape()).Path;
        run = await CommandLineRun.StartAsync(Data, "models", "import", folder);
        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Errors));
        run = await CommandLineRun.StartAsync(Data, "search", "keys of the boat", docs, "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("boat.txt", run.Json.GetProperty("hits")[0].GetProperty("document").GetString());
        Assert.StartsWith("tiny", (await CommandLineRun.StartAsync(Data, "status", "--json")).Json.GetProperty("collections")[0].GetProperty("embeddingModel").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_that_hold_no_model_are_told_at_the_start_together()
    {
        _folder.Write("empty/readme.txt", "");
        _folder.Write("data/.env", $"SYNAPSE__LOCALMODELS__EMBEDDING={Path.Combine(_folder.Path, "empty")}\nSYNAPSE__LOCALMODELS__RERANK=/no/such/folder\nSYNAPSE__LOCALMODELS__THREADS=-1\n");
        var run = await CommandLineRun.StartAsync(Data, "status");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Synapse:LocalModels:Threads: '-1' is not a number from 0 to 1,024", run.Errors, StringComparison.Ordinal);
        _folder.Write("data/.env", $"SYNAPSE__LOCALMODELS__EMBEDDING={Path.Combine(_folder.Path, "empty")}\nSYNAPSE__LOCALMODELS__RERANK=/no/such/folder\n");
        run = await CommandLineRun.StartAsync(Data, "status");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Synapse:LocalModels:Embedding: '", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Synapse:LocalModels:Rerank: '/no/such/folder' is no model that can be used", run.Errors, StringComparison.Ordinal);
    }
}
