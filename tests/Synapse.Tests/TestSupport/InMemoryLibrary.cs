using System.Numerics.Tensors;
using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.Tests.TestSupport;

/// <summary>Documents in memory, searched by computing every score by the formula of the port. Slow, obvious, and the oracle for other stores.</summary>
internal sealed class InMemoryLibrary(HashingEmbedder embedder, TextAnalyzer analyzer) : ISearchStore, ILibraryStore
{
    private readonly Dictionary<long, string> _texts = [];
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<long, HashingEmbedder> _embedders = [];

    /// <summary>Embeds the documents that a collection gets from now on with another model.</summary>
    public void Use(long collectionId, HashingEmbedder other) => _embedders[collectionId] = other;

    /// <summary>Adds a document as one collection's; its id is returned.</summary>
    public long Add(long collectionId, string path, string text, params Chunk[] chunks)
    {
        var documentId = _texts.Count + 1L;
        _texts.Add(documentId, text);
        if (chunks.Length == 0)
        {
            chunks = [new Chunk(0, 0, text.Length, 1, 1 + text.Count(unit => unit == '\n'), ChunkKind.Prose, null, null, false)];
        }

        foreach (var chunk in chunks)
        {
            var span = text.AsMemory(chunk.StartOffset, chunk.EndOffset - chunk.StartOffset);
            var key = new ChunkKey(_entries.Count + 1);
            var model = _embedders.GetValueOrDefault(collectionId, embedder);
            var stored = new StoredChunk(key, collectionId, collectionId, documentId, path, "text", chunks.Length, chunk) { SpaceFingerprint = model.Space.Fingerprint };
            _entries.Add(new Entry(stored, span.ToString(), analyzer.AnalyzeChunk(span.Span, chunk, path), model.Space, model.Embed(span.Span)));
        }

        return documentId;
    }

    /// <summary>Adds a document of code with one chunk per definition, each a name and the lines from it on.</summary>
    public long AddCode(long collectionId, string path, params (string Symbol, string Text)[] parts)
    {
        var text = string.Concat(parts.Select(part => part.Text));
        var chunks = new List<Chunk>();
        var (offset, line) = (0, 1);
        foreach (var (symbol, part) in parts)
        {
            var breaks = part.Count(unit => unit == '\n');
            var endLine = line + breaks - (part.EndsWith('\n') ? 1 : 0);
            chunks.Add(new Chunk(chunks.Count, offset, offset + part.Length, line, endLine, ChunkKind.Code, null, symbol, true) { Definitions = [symbol] });
            (offset, line) = (offset + part.Length, line + breaks);
        }

        return Add(collectionId, path, text, [.. chunks]);
    }

    /// <summary>Replaces the stored text of a document behind the index's back, as a removal or a fault would.</summary>
    public void Tamper(long documentId, string? text)
    {
        if (text is null)
        {
            _texts.Remove(documentId);
        }
        else
        {
            _texts[documentId] = text;
        }
    }

    public ValueTask<ISearchSnapshot> OpenSnapshotAsync(AccessScope scope, IReadOnlyList<long>? collectionIds, CancellationToken cancellationToken)
    {
        var seen = _entries.Where(entry => scope.Allows(entry.Stored.CollectionId) && collectionIds?.Contains(entry.Stored.CollectionId) != false);
        return ValueTask.FromResult<ISearchSnapshot>(new Snapshot([.. seen], _texts));
    }

    public ValueTask<string?> ReadTextAsync(AccessScope scope, long documentId, CancellationToken cancellationToken)
    {
        var collectionId = _entries.Find(entry => entry.Stored.DocumentId == documentId)?.Stored.CollectionId;
        return ValueTask.FromResult(collectionId is { } id && scope.Allows(id) ? _texts.GetValueOrDefault(documentId) : null);
    }

    /// <summary>Collections that are marked local only.</summary>
    public HashSet<long> LocalOnly { get; } = [];

    public ValueTask<Collection> CreateCollectionAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Collection> CreateCollectionAsync(string name, SourceKind kind, string location, CollectionPrivacy privacy, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<CollectionSummary>> ListCollectionsAsync(AccessScope scope, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Collection?> FindCollectionAsync(AccessScope scope, string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> SetPrivacyAsync(AccessScope scope, long collectionId, CollectionPrivacy privacy, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Collection>> ListLocalOnlyAsync(
        AccessScope scope, IReadOnlyCollection<long>? collectionIds, CancellationToken cancellationToken)
        => ValueTask.FromResult<IReadOnlyList<Collection>>([.. LocalOnly.Where(id => scope.Allows(id) && collectionIds?.Contains(id) != false)
            .Select(id => new Collection(id, $"collection {id}", DateTimeOffset.UnixEpoch, CollectionPrivacy.LocalOnly))]);

    public ValueTask<bool> RemoveCollectionAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Source> AddSourceAsync(long collectionId, SourceKind kind, string location, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Source>> ListSourcesAsync(AccessScope scope, long? collectionId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Source?> FindSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> RemoveSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Document>> ListDocumentsAsync(AccessScope scope, long collectionId, Document? after, int limit, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    public ValueTask<Document?> FindDocumentAsync(AccessScope scope, long documentId, CancellationToken cancellationToken) => throw new NotSupportedException();

    private sealed record Entry(StoredChunk Stored, string Text, ChunkTerms Terms, EmbeddingSpace Space, float[] Embedding)
    {
        public int Frequency(string term)
        {
            var at = Array.IndexOf(Terms.ToTexts(), term);
            return at < 0 ? 0 : Terms.Frequencies[at];
        }
    }

    private sealed class Snapshot(List<Entry> entries, Dictionary<long, string> texts) : ISearchSnapshot
    {
        public long ChunkCount => entries.Count;

        public double AverageLength => entries.Count == 0 ? 0 : entries.Average(entry => entry.Terms.Length);

        public IReadOnlyList<SearchedSpace> Spaces
            => [.. entries.GroupBy(entry => entry.Space).Select(group => new SearchedSpace(group.Key, [.. group.Select(entry => entry.Stored.CollectionId).Distinct()]))];

        public ValueTask<IReadOnlyList<int>> GetDocumentFrequenciesAsync(IReadOnlyList<string> terms, CancellationToken cancellationToken)
            => ValueTask.FromResult<IReadOnlyList<int>>([.. terms.Select(CountChunks)]);

        public ValueTask<IReadOnlyList<ScoredChunk>> FindByKeywordsAsync(IReadOnlyList<QueryTerm> terms, int limit, CancellationToken cancellationToken)
            => ValueTask.FromResult(Best(entry => ScoreKeywords(entry, terms), limit, above: 0));

        public ValueTask<IReadOnlyList<ScoredChunk>> FindByEmbeddingAsync(QueryEmbeddings query, int limit, CancellationToken cancellationToken)
            => ValueTask.FromResult<IReadOnlyList<ScoredChunk>>([.. query.BySpace.SelectMany(space => Best(
                entry => entry.Space.Fingerprint == space.Key ? TensorPrimitives.Dot(space.Value.Span, entry.Embedding) : float.NegativeInfinity,
                limit,
                above: float.NegativeInfinity))]);

        public ValueTask<IReadOnlyList<float>> ScoreKeywordsAsync(IReadOnlyList<QueryTerm> terms, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
            => ValueTask.FromResult<IReadOnlyList<float>>([.. chunks.Select(key => ScoreKeywords(Of(key), terms))]);

        public ValueTask<IReadOnlyList<float>> ScoreEmbeddingAsync(QueryEmbeddings query, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
            => ValueTask.FromResult<IReadOnlyList<float>>([.. chunks.Select(key => query.BySpace
                .Where(space => space.Key == Of(key).Space.Fingerprint)
                .Sum(space => TensorPrimitives.Dot(space.Value.Span, Of(key).Embedding)))]);

        public ValueTask<IReadOnlyList<StoredChunk>> DescribeAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
            => ValueTask.FromResult<IReadOnlyList<StoredChunk>>([.. chunks.Select(key => Of(key).Stored)]);

        public ValueTask<IReadOnlyList<string?>> ReadTextsAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
            => ValueTask.FromResult<IReadOnlyList<string?>>([.. chunks.Select(key => texts.ContainsKey(Of(key).Stored.DocumentId) ? Of(key).Text : null)]);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private Entry Of(ChunkKey key) => entries.Single(entry => entry.Stored.Key == key);

        private int CountChunks(string term) => entries.Count(entry => entry.Frequency(term) > 0);

        private float ScoreKeywords(Entry entry, IReadOnlyList<QueryTerm> terms)
            => (float)terms.Sum(term => entry.Frequency(term.Text) is > 0 and var frequency
                ? term.Weight * Bm25.InverseDocumentFrequency(ChunkCount, CountChunks(term.Text)) * Bm25.TermSaturation(frequency, entry.Terms.Length, AverageLength)
                : 0);

        private IReadOnlyList<ScoredChunk> Best(Func<Entry, float> score, int limit, float above)
            => [.. entries
                .Select(entry => (entry.Stored, Score: score(entry)))
                .Where(scored => scored.Score > above)
                .OrderByDescending(scored => scored.Score)
                .ThenBy(scored => scored.Stored.Path, StringComparer.Ordinal)
                .ThenBy(scored => scored.Stored.Chunk.Ordinal)
                .Take(limit)
                .Select(scored => new ScoredChunk(scored.Stored.Key, scored.Score))];
    }
}
