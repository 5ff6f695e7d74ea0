using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Crash.Child;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Retrieval.Analysis;
using Synapse.Sqlite;
using Synapse.Storage;

namespace Synapse.Crash.Tests;

/// <summary>Everything that a caller can see of an index, as text without the ids that depend on history.</summary>
internal static class IndexDigest
{
    private static readonly string[] Queries = ["alpha", "beta gamma", "method17", "Class3 value", "heading", "the quick fox", "delta epsilon zeta"];

    public static async Task<string> OfAsync(string dataFolder)
    {
        await using var store = SqliteStore.Open(dataFolder, TimeProvider.System, NullLogger<SqliteStore>.Instance);
        var digest = new StringBuilder();
        foreach (var summary in await store.ListCollectionsAsync(AccessScope.Everything, CancellationToken.None))
        {
            digest.AppendLine(CultureInfo.InvariantCulture, $"collection {summary.Collection.Name} {summary.DocumentCount} {summary.ChunkCount} {summary.SizeBytes}");
            await AddDocumentsAsync(store, summary.Collection.Id, digest);
        }

        foreach (var source in await store.ListSourcesAsync(AccessScope.Everything, null, CancellationToken.None))
        {
            foreach (var skipped in await store.ListSkippedFilesAsync(AccessScope.Everything, source.Id, CancellationToken.None))
            {
                digest.AppendLine(CultureInfo.InvariantCulture, $"skipped {skipped}");
            }
        }

        await AddSearchesAsync(store, digest);
        return digest.ToString();
    }

    private static async Task AddDocumentsAsync(SqliteStore store, long collectionId, StringBuilder digest)
    {
        for (Document? after = null; ;)
        {
            var page = await store.ListDocumentsAsync(AccessScope.Everything, collectionId, after, 1_000, CancellationToken.None);
            foreach (var document in page)
            {
                digest.AppendLine(CultureInfo.InvariantCulture, $"document {document.Path} {document.Language} {document.ContentHash} {document.SizeBytes} {document.LineCount} {document.ChunkCount}");
                digest.AppendLine(await store.ReadTextAsync(AccessScope.Everything, document.Id, CancellationToken.None));
            }

            if (page.Count == 0)
            {
                return;
            }

            after = page[^1];
        }
    }

    private static async Task AddSearchesAsync(SqliteStore store, StringBuilder digest)
    {
        await using var snapshot = await store.OpenSnapshotAsync(AccessScope.Everything, null, CancellationToken.None);
        digest.AppendLine(CultureInfo.InvariantCulture, $"chunks {snapshot.ChunkCount} {snapshot.AverageLength:R}");
        var analyzer = new TextAnalyzer();
        var embedder = new WordEmbedder();
        foreach (var query in Queries)
        {
            var embedding = await embedder.EmbedQueryAsync(query, CancellationToken.None);

            // All of them: where scores are equal, the order may depend on the history of the store.
            await AddAsync(await snapshot.FindByKeywordsAsync(analyzer.AnalyzeQuery(query), 10_000, CancellationToken.None), "keywords");
            await AddAsync(await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(embedder.Space, embedding), 10_000, CancellationToken.None), "embedding");

            async Task AddAsync(IReadOnlyList<ScoredChunk> found, string how)
            {
                var chunks = await snapshot.DescribeAsync([.. found.Select(each => each.Key)], CancellationToken.None);
                var texts = await snapshot.ReadTextsAsync([.. found.Select(each => each.Key)], CancellationToken.None);
                var lines = found.Select((each, i) =>
                    $"{how} {query} {each.Score:R} {chunks[i].Path} {chunks[i].Chunk with { Definitions = [] }} {string.Join(' ', chunks[i].Chunk.Definitions)} {texts[i]!.Length}");
                digest.AppendJoin('\n', lines.Order(StringComparer.Ordinal)).AppendLine();
            }
        }
    }
}
