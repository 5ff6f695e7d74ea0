using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Contracts;
using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Retrieval.Analysis;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;
using Synapse.Sqlite;
using Synapse.Storage;

namespace Synapse.Server.Tests.Features;

/// <summary>A data folder with a collection whose model is not configured any more: every door still searches it by words, and says so.</summary>
public sealed class DegradedSearchTests : IDisposable
{
    private const string Text = "The keys of the boat hang behind the door.\n";
    private static readonly EmbeddingSpace s_gone = new("gone-model", 3_072);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_api_finds_by_words_and_notes_it_in_hits_answers_and_streams()
    {
        await StoreAsync();
        await using var app = SynapseServer.Build(new ServerOptions { DataFolder = new DataFolder(Data), LogLevel = LogLevel.Warning });
        await SynapseServer.StartAsync(app, Cancel);
        using var client = SynapseServer.CreateClient(app);
        var found = await client.SearchAsync(new SearchRequest("keys of the boat"), Cancel);
        Assert.Equal("boat.txt", Assert.Single(found.Hits).Document);
        AssertNoted(found.Notes);
        var answer = await client.AnswerAsync(new AnswerRequest("Where do the keys of the boat hang?"), Cancel);
        Assert.True(answer.Found);
        AssertNoted(answer.Notes);
        var events = new List<AnswerStreamEvent>();
        await foreach (var next in client.StreamAnswerAsync(new AnswerRequest("Where do the keys of the boat hang?"), Cancel))
        {
            events.Add(next);
        }

        AssertNoted(events.Select(each => each.Passages).OfType<PassagesResponse>().Single().Notes);
        Assert.Equal("gone-model", Assert.Single((await client.ListCollectionsAsync(Cancel)).Collections).EmbeddingModel);
        await app.StopAsync(Cancel);
    }

    [Fact]
    public async Task The_command_line_says_it_on_standard_error_and_keeps_its_output_as_agreed()
    {
        await StoreAsync();
        var run = await CommandLineRun.StartAsync(Data, "search", "keys of the boat", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("Note: 'harbour': searched by words alone, not by meaning.", run.Errors, StringComparison.Ordinal);
        Assert.Equal(["hits", "elapsedMs"], run.Json.EnumerateObject().Select(property => property.Name));
        var status = await CommandLineRun.StartAsync(Data, "status");
        Assert.Contains("gone-model", status.Output, StringComparison.Ordinal);
    }

    private static void AssertNoted(IReadOnlyList<NoteResponse> notes)
    {
        var note = Assert.Single(notes);
        Assert.Equal("embedding_not_configured", note.Code);
        Assert.Equal(["harbour"], note.Collections);
        Assert.Contains("'gone-model' (3072 dimensions)", note.Message, StringComparison.Ordinal);
    }

    private async Task StoreAsync()
    {
        new DataFolder(Data).Create();
        await using var store = SqliteStore.Open(new DataFolder(Data).Path, TimeProvider.System, NullLogger<SqliteStore>.Instance);
        var collection = await store.CreateCollectionAsync("harbour", Cancel);
        var source = await store.AddSourceAsync(collection.Id, SourceKind.File, "/harbour/boat.txt", Cancel);
        await store.UseEmbeddingSpaceAsync(collection.Id, s_gone, Cancel);
        var chunk = new Chunk(0, 0, Text.Length, 1, 1, ChunkKind.Prose, null, null, false);
        var embedding = new float[s_gone.Dimensions];
        embedding[17] = 1;
        await store.CommitAsync(
            new IngestionBatch(
                collection.Id,
                [new DocumentVersion(source.Id, "boat.txt", "text", new string('0', 64), Text.Length, DateTimeOffset.UnixEpoch, Text, 1, [chunk], [new TextAnalyzer().AnalyzeChunk(Text, chunk, "boat.txt")], embedding)],
                [],
                []),
            Cancel);
    }
}
