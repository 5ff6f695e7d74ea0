using System.Buffers;
using System.Text;
using Synapse.Embedding;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Segments;
using Synapse.Sqlite.Vectors;
using Synapse.Storage;

namespace Synapse.Sqlite.Search;

/// <summary>A view of the last commit: the segments as they were then, which nothing changes.</summary>
internal sealed class SearchSnapshot(IEnumerable<CollectionIndex> collections, ReaderPool readers) : ISearchSnapshot
{
    private readonly SnapshotSegments _segments = new(collections);

    public long ChunkCount => _segments.ChunkCount;

    public double AverageLength => _segments.AverageLength;

    public IReadOnlyList<SearchedSpace> Spaces => _segments.Spaces;

    public ValueTask<IReadOnlyList<int>> GetDocumentFrequenciesAsync(IReadOnlyList<string> terms, CancellationToken cancellationToken)
    {
        var frequencies = new int[terms.Count];
        for (var i = 0; i < frequencies.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            frequencies[i] = KeywordSearch.DocumentFrequency(_segments, terms[i]);
        }

        return new(frequencies);
    }

    public ValueTask<IReadOnlyList<ScoredChunk>> FindByKeywordsAsync(IReadOnlyList<QueryTerm> terms, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return new(new KeywordSearch(_segments, terms).FindTop(limit, cancellationToken));
    }

    public ValueTask<IReadOnlyList<ScoredChunk>> FindByEmbeddingAsync(QueryEmbeddings query, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (query.BySpace is [var (fingerprint, embedding)])
        {
            return new(new VectorSearch(_segments, fingerprint, new QueryVector(embedding.Span)).FindTop(limit, cancellationToken));
        }

        var found = new List<ScoredChunk>();
        foreach (var (space, numbers) in query.BySpace)
        {
            found.AddRange(new VectorSearch(_segments, space, new QueryVector(numbers.Span)).FindTop(limit, cancellationToken));
        }

        return new(found);
    }

    public ValueTask<IReadOnlyList<float>> ScoreKeywordsAsync(IReadOnlyList<QueryTerm> terms, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
        => new(new KeywordSearch(_segments, terms).Score(chunks));

    public ValueTask<IReadOnlyList<float>> ScoreEmbeddingAsync(QueryEmbeddings query, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
    {
        var scores = new float[chunks.Count];
        foreach (var (space, embedding) in query.BySpace)
        {
            new VectorSearch(_segments, space, new QueryVector(embedding.Span)).Score(chunks, scores);
        }

        return new(scores);
    }

    public ValueTask<IReadOnlyList<StoredChunk>> DescribeAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
    {
        var described = new StoredChunk[chunks.Count];
        for (var i = 0; i < described.Length; i++)
        {
            described[i] = _segments.Describe(chunks[i]);
        }

        return new(described);
    }

    public ValueTask<IReadOnlyList<string?>> ReadTextsAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
        => new(readers.Read(connection =>
        {
            var texts = new string?[chunks.Count];
            for (var i = 0; i < texts.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (documentId, start, end) = _segments.TextSpan(chunks[i]);
                texts[i] = ReadText(connection, documentId, start, end);
            }

            return texts;
        }));

    public ValueTask DisposeAsync() => default;

    private static string? ReadText(StoreConnection connection, long documentId, int start, int end)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(end - start, 1));
        try
        {
            var bytes = buffer.AsSpan(0, end - start);
            return DocumentText.TryRead(connection, documentId, start, bytes) ? Encoding.UTF8.GetString(bytes) : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
