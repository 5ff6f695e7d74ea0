namespace Synapse.Sqlite.Segments;

/// <summary>A searchable segment: the documents of a commit, or of several that were merged. Never changes.</summary>
internal sealed class Segment
{
    private readonly long _minDocumentId = long.MaxValue;
    private readonly long _maxDocumentId = long.MinValue;
    private readonly bool _ascending = true;
    private readonly Lazy<Dictionary<long, int>> _index;

    public Segment(long id, EmbeddingSpaceRow? space, SegmentContent content, int vectorStream = SegmentCodec.FirstVectorStream)
    {
        Id = id;
        VectorStream = vectorStream;
        Space = space;
        Content = content;
        foreach (var length in content.Lengths)
        {
            TotalLength += length;
        }

        foreach (ref readonly var document in content.Documents.AsSpan())
        {
            _ascending &= document.DocumentId > _maxDocumentId;
            _minDocumentId = Math.Min(_minDocumentId, document.DocumentId);
            _maxDocumentId = Math.Max(_maxDocumentId, document.DocumentId);
        }

        _index = new Lazy<Dictionary<long, int>>(MakeIndex);
    }

    /// <summary>Key in the store.</summary>
    public long Id { get; }

    /// <summary>The space of its embeddings; null without any.</summary>
    public EmbeddingSpaceRow? Space { get; }

    public SegmentContent Content { get; }

    /// <summary>The stream of its parts that its embeddings lie in.</summary>
    public int VectorStream { get; }

    /// <summary>The stream beside it, for embeddings that shall take their place.</summary>
    public int OtherVectorStream => SegmentCodec.FirstVectorStream + SegmentCodec.SecondVectorStream - VectorStream;

    /// <summary>Sum of the chunks' BM25 lengths.</summary>
    public long TotalLength { get; }

    public int ChunkCount => Content.Chunks.Length;

    /// <summary>Finds a document's place, or -1.</summary>
    public int FindDocument(long documentId)
    {
        if (documentId < _minDocumentId || documentId > _maxDocumentId)
        {
            return -1;
        }

        if (!_ascending)
        {
            return _index.Value.TryGetValue(documentId, out var place) ? place : -1;
        }

        var low = 0;
        var high = Content.Documents.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var found = Content.Documents[middle].DocumentId;
            if (found == documentId)
            {
                return middle;
            }

            if (found < documentId)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }

    private Dictionary<long, int> MakeIndex()
    {
        var index = new Dictionary<long, int>(Content.Documents.Length);
        for (var i = 0; i < Content.Documents.Length; i++)
        {
            index.Add(Content.Documents[i].DocumentId, i);
        }

        return index;
    }
}
