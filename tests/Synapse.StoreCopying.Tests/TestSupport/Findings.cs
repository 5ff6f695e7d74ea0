using System.Globalization;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.StoreConformance;
using Synapse.Storage;

namespace Synapse.StoreCopying.Tests.TestSupport;

/// <summary>What searches find in a store, without the keys that are each store's own.</summary>
internal sealed record Findings(IReadOnlyList<string> Keywords, IReadOnlyDictionary<string, float> Vectors, IReadOnlyList<string> Catalogue)
{
    private const int All = 100_000;
    private static readonly string[] s_queries = ["alpha", "beta gamma", "retryPolicy http", "parse date", "strasse", "the house", "replaced version", "older space", "Über Go"];

    public static async Task<Findings> OfAsync(OpenStore opened)
    {
        var keywords = new List<string>();
        var vectors = new Dictionary<string, float>();
        var names = (await opened.Store.ListCollectionsAsync(AccessScope.Everything, TestContext.Current.CancellationToken)).ToDictionary(summary => summary.Collection.Id, summary => summary.Collection.Name);
        await using var snapshot = await opened.Search.OpenSnapshotAsync(AccessScope.Everything, null, TestContext.Current.CancellationToken);
        keywords.Add(string.Create(CultureInfo.InvariantCulture, $"{snapshot.ChunkCount} {snapshot.AverageLength:R}"));
        foreach (var query in s_queries)
        {
            foreach (var (score, line) in await DescribeAsync(await snapshot.FindByKeywordsAsync(TestDocuments.Analyzer.AnalyzeQuery(query), All, TestContext.Current.CancellationToken)))
            {
                keywords.Add(string.Create(CultureInfo.InvariantCulture, $"{query}: {score:R} {line}"));
            }

            foreach (var space in (EmbeddingSpace[])[StoreHarness.Space, Household.Newer])
            {
                foreach (var (score, line) in await DescribeAsync(await snapshot.FindByEmbeddingAsync(TestDocuments.Query(query, space), All, TestContext.Current.CancellationToken)))
                {
                    vectors.Add($"{query} in {space.Model}: {line}", score);
                }
            }
        }

        // Where scores are equal, documents of the same path may come in any order.
        return new Findings([.. keywords.Order(StringComparer.Ordinal)], vectors, await CatalogueOfAsync(opened));

        async Task<List<(float Score, string Line)>> DescribeAsync(IReadOnlyList<ScoredChunk> found)
        {
            var keys = found.Select(each => each.Key).ToArray();
            var chunks = await snapshot.DescribeAsync(keys, TestContext.Current.CancellationToken);
            var texts = await snapshot.ReadTextsAsync(keys, TestContext.Current.CancellationToken);
            return [.. found.Select((each, i) => (
                each.Score,
                $"{names[chunks[i].CollectionId]} {chunks[i].Path} {chunks[i].Language} {chunks[i].SpaceFingerprint} {chunks[i].Chunk with { Definitions = [] }} {string.Join(' ', chunks[i].Chunk.Definitions)} {TestDocuments.Hash(texts[i]!)}"))];
        }
    }

    private static async Task<IReadOnlyList<string>> CatalogueOfAsync(OpenStore opened)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var lines = new List<string>();
        foreach (var summary in await opened.Store.ListCollectionsAsync(AccessScope.Everything, cancellationToken))
        {
            lines.Add($"{summary with { Collection = summary.Collection with { Id = 0 } }} {await opened.Store.FindEmbeddingSpaceAsync(summary.Collection.Id, cancellationToken)}");
            lines.Add(string.Join(", ", (await opened.Store.FindEvaluationAsync(AccessScope.Everything, summary.Collection.Id, cancellationToken))?.Questions.Select(question => $"{question.Text} {string.Join(' ', question.Relevant)}") ?? []));
            foreach (var source in await opened.Store.ListSourcesAsync(AccessScope.Everything, summary.Collection.Id, cancellationToken))
            {
                lines.Add($"{source with { Id = 0, CollectionId = 0 }}");
                lines.AddRange((await opened.Store.ListSkippedFilesAsync(AccessScope.Everything, source.Id, cancellationToken)).Select(file => $"{file}"));
                lines.AddRange((await opened.Store.ListDocumentStatesAsync(source.Id, cancellationToken))
                    .Select(state => $"{state with { DocumentId = 0 }}").Order(StringComparer.Ordinal));
            }

            var documents = await opened.Store.ListDocumentsAsync(AccessScope.Everything, summary.Collection.Id, null, 1_000, cancellationToken);
            lines.AddRange(documents.Select(document => $"{document with { Id = 0, CollectionId = 0, SourceId = 0 }}"));
        }

        var entries = await opened.Ledger.ListAsync(AccessScope.Everything, new(), null, 1_000, cancellationToken);
        lines.AddRange(entries.Select(entry => $"{entry.Id} {entry.Attempt with { Documents = [] }} {entry.Result} {string.Join(", ", entry.Documents.Select(document => $"{document.Collection}/{document.Path}"))}"
            .Replace(nameof(Array), "", StringComparison.Ordinal)));
        return lines;
    }
}
