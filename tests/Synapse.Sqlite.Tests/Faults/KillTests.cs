using System.Diagnostics;
using System.Globalization;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Sqlite.CrashWriter;
using Synapse.Sqlite.Tests.TestSupport;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.Sqlite.Tests.Faults;

/// <summary>Kills a process that writes and merges, again and again, and looks at what it left. SYNAPSE_STORE_KILLS sets how often.</summary>
public sealed class KillTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_writer_leaves_exactly_the_rounds_that_were_committed(bool isSwitching)
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("SYNAPSE_STORE_KILLS") ?? "6", CultureInfo.InvariantCulture);
        var random = new Random(7);
        var told = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            told = await WriteUntilKilledAsync(told, random, isSwitching);
            told = await CheckAsync(told);
            _folder.Close();
        }
    }

    private async Task<int> WriteUntilKilledAsync(int told, Random random, bool isSwitching)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Synapse.Sqlite.CrashWriter.dll"));
        start.ArgumentList.Add(_folder.Path);
        if (isSwitching)
        {
            start.ArgumentList.Add("switching");
        }

        using var writer = Process.Start(start)!;
        try
        {
            for (var rounds = random.Next(1, 60); rounds > 0; rounds--)
            {
                told = int.Parse((await writer.StandardOutput.ReadLineAsync(Token))!, CultureInfo.InvariantCulture);
            }

            // Somewhere in the middle of the next round, or of a merge.
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed.TotalMilliseconds < random.NextDouble() * 4)
            {
                Thread.SpinWait(20);
            }
        }
        finally
        {
            writer.Kill();
            await writer.WaitForExitAsync(CancellationToken.None);
        }

        while (await writer.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            told = int.Parse(line, CultureInfo.InvariantCulture);
        }

        return told;
    }

    /// <summary>Compares the store with the state after its last round.</summary>
    /// <returns>That round.</returns>
    private async Task<int> CheckAsync(int told)
    {
        var collection = (await _folder.Store.FindCollectionAsync(AccessScope.Everything, Rounds.Collection, Token))!;
        var documents = await _folder.Store.ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 1_000, Token);
        var marker = documents.Single(document => document.Path == Rounds.RoundPath);
        var round = int.Parse((await _folder.Store.ReadTextAsync(AccessScope.Everything, marker.Id, Token))!["round r".Length..], CultureInfo.InvariantCulture);
        Assert.InRange(round, told, told + 1);

        var expected = Rounds.StateAfter(round);
        Assert.Equal(expected.Select(each => (each.Key, Rounds.Hash(each.Value))), documents.Select(document => (document.Path, document.ContentHash)));
        await using var snapshot = await _folder.Store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var lines = expected.Values.SelectMany(text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.Equal(lines.Length, snapshot.ChunkCount);
        foreach (var word in (string[])["w1", "w7", "w29", $"r{round}"])
        {
            var containing = lines.Where(line => line.Split(' ').Contains(word)).Order(StringComparer.Ordinal).ToArray();
            Assert.Equal([containing.Length], await snapshot.GetDocumentFrequenciesAsync([word], Token));
            var found = await snapshot.FindByKeywordsAsync([new QueryTerm(word)], 10_000, Token);
            var texts = await snapshot.ReadTextsAsync([.. found.Select(chunk => chunk.Key)], Token);
            Assert.Equal(containing, texts.Select(text => text!.TrimEnd('\n')).Order(StringComparer.Ordinal));
        }

        await CheckEmbeddingsAsync(snapshot, Assert.Single(snapshot.Spaces).Space, lines.Length);
        await CheckSwitchAsync(collection.Id, documents, lines.Length);
        return round;
    }

    /// <summary>Compares every embedding that a view has with that of its chunk's text.</summary>
    private static async Task CheckEmbeddingsAsync(ISearchSnapshot snapshot, EmbeddingSpace space, int expected)
    {
        var query = QueryEmbeddings.Of(space, Rounds.Embed(space, "query"));
        var found = await snapshot.FindByEmbeddingAsync(query, 10_000, Token);
        Assert.Equal(expected, found.Count);
        var texts = await snapshot.ReadTextsAsync([.. found.Select(chunk => chunk.Key)], Token);
        Assert.All(found.Zip(texts), pair => Assert.Equal(Rounds.Embed(space, pair.Second).Zip(query.BySpace[0].Value.ToArray(), (a, b) => a * b).Sum(), pair.First.Score, 0.02));
    }

    /// <summary>Compares the switch, if there is one, with what is there, and looks for what nothing needs any more.</summary>
    private async Task CheckSwitchAsync(long collectionId, IReadOnlyList<Document> documents, int chunks)
    {
        var found = await _folder.Store.FindSwitchAsync(AccessScope.Everything, collectionId, Token);
        var done = 0L;
        if (found is not null)
        {
            Assert.Equal(found.Searched, await _folder.Store.FindEmbeddingSpaceAsync(collectionId, Token));
            var lacking = (await _folder.Store.ListUnembeddedAsync(collectionId, 1_000, Token)).Select(document => document.DocumentId).ToHashSet();
            done = documents.Count(document => !lacking.Contains(document.Id));
            var chunksDone = documents.Where(document => !lacking.Contains(document.Id)).Sum(document => document.ChunkCount);
            Assert.Equal(new SwitchProgress(documents.Count, done, chunks, chunksDone, 0), found.Progress);
            await using var shadow = await _folder.Store.OpenShadowSnapshotAsync(collectionId, Token);
            await CheckEmbeddingsAsync(shadow, found.Shadow, chunksDone);
        }

        _folder.Store.MergeAll();
        Assert.Equal(done, _folder.Count("SELECT count(*) FROM shadow_embeddings"));
        Assert.Equal(0, _folder.Count("SELECT count(*) FROM segment_parts AS p LEFT JOIN segments AS s ON s.id = p.id >> 20 WHERE s.id IS NULL OR (p.id >> 16) & 15 NOT IN (0, s.vector_stream)"));
        Assert.Equal(found is null ? 0 : documents.Count - done, _folder.Count("SELECT count(*) FROM unembedded_documents"));
    }
}
