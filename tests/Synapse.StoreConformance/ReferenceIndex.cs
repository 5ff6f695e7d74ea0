using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.StoreConformance;

/// <summary>BM25 as the formula says it, over every chunk.</summary>
public sealed class ReferenceIndex
{
    private readonly Dictionary<(long SourceId, string Path), DocumentVersion> _versions = [];
    private List<Entry> _chunks = [];

    /// <summary>Takes the documents that the store lists, in the versions that were committed last.</summary>
    public async Task ReloadAsync(ILibraryStore store, IEnumerable<long> collectionIds, IEnumerable<DocumentVersion> committed, CancellationToken cancellationToken)
    {
        foreach (var version in committed)
        {
            _versions[(version.SourceId, version.Path)] = version;
        }

        _chunks = [];
        foreach (var collectionId in collectionIds)
        {
            foreach (var document in await store.ListDocumentsAsync(AccessScope.Everything, collectionId, null, 1_000, cancellationToken))
            {
                var version = _versions[(document.SourceId, document.Path)];
                Assert.Equal(version.ContentHash, document.ContentHash);
                _chunks.AddRange(version.Terms.Select((terms, ordinal) => new Entry(collectionId, document.Path, ordinal, document.Id, terms)));
            }
        }
    }

    public int Count(long? collectionId) => View(collectionId).Count;

    public List<(long CollectionId, string Path, int Ordinal, double Score)> Find(IReadOnlyList<QueryTerm> terms, long? collectionId)
    {
        var view = View(collectionId);
        var average = view.Count == 0 ? 0 : view.Average(entry => entry.Terms.Length);
        var scored = new List<(Entry Entry, double Score)>();
        var frequencies = terms.Select(term => term.Text).Distinct()
            .ToDictionary(text => text, text => view.Count(entry => entry.Terms.ToTexts().Contains(text)));
        foreach (var entry in view)
        {
            var score = 0.0;
            foreach (var term in terms.OrderBy(term => term.Text, StringComparer.Ordinal))
            {
                var place = Array.IndexOf(entry.Terms.ToTexts(), term.Text);
                if (place >= 0)
                {
                    score += term.Weight * Bm25.InverseDocumentFrequency(view.Count, frequencies[term.Text])
                        * Bm25.TermSaturation(entry.Terms.Frequencies[place], entry.Terms.Length, average);
                }
            }

            if (score > 0)
            {
                scored.Add((entry, score));
            }
        }

        return
        [
            .. scored
                .OrderByDescending(each => (float)each.Score)
                .ThenBy(each => each.Entry.Path, StringComparer.Ordinal)
                .ThenBy(each => each.Entry.Ordinal)
                .ThenBy(each => each.Entry.DocumentId)
                .Select(each => (each.Entry.CollectionId, each.Entry.Path, each.Entry.Ordinal, each.Score)),
        ];
    }

    private List<Entry> View(long? collectionId) => [.. _chunks.Where(entry => collectionId is null || entry.CollectionId == collectionId)];

    private sealed record Entry(long CollectionId, string Path, int Ordinal, long DocumentId, ChunkTerms Terms);
}
