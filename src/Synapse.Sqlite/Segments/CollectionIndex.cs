using Synapse.Indexing;
using Synapse.Storage;

namespace Synapse.Sqlite.Segments;

/// <summary>A segment with what is gone of it.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Deletions">What is gone; null when nothing is.</param>
internal sealed record SegmentView(Segment Segment, Deletions? Deletions) : IMergeable
{
    /// <inheritdoc/>
    public int ChunkCount => Segment.ChunkCount;

    /// <summary>Chunks that are there.</summary>
    public int LiveChunks => Segment.ChunkCount - (Deletions?.ChunkCount ?? 0);

    /// <summary>Documents that are there.</summary>
    public int LiveDocuments => Segment.Content.Documents.Length - (Deletions?.Documents.Length ?? 0);

    /// <summary>Sum of the BM25 lengths of the chunks that are there.</summary>
    public long LiveLength => Segment.TotalLength - (Deletions?.TotalLength ?? 0);

    /// <summary>The places of the first documents that are there, of so many chunks together at most, but at least one document.</summary>
    public IEnumerable<int> FirstDocuments(int mostChunks)
    {
        var documents = 0;
        var chunks = 0L;
        for (var place = 0; place < Segment.Content.Documents.Length; place++)
        {
            if (Deletions?.ContainsDocument(place) == true)
            {
                continue;
            }

            chunks += Segment.Content.Documents[place].ChunkCount;
            if (documents++ > 0 && chunks > mostChunks)
            {
                yield break;
            }

            yield return place;
        }
    }

    /// <summary>How many chunks that are there contain a term.</summary>
    /// <param name="term">The term's place in the segment.</param>
    /// <param name="cursor">Any cursor; it is moved.</param>
    public int LiveFrequency(int term, PostingsCursor cursor)
    {
        var frequency = Segment.Content.Terms.Rows[term].ChunkFrequency;
        if (Deletions is null)
        {
            return frequency;
        }

        cursor.Open(Segment.Content.Terms, term);
        return frequency - Deletions.CountOf(cursor, Segment.Content);
    }
}

/// <summary>The searchable state of a collection after a commit. Never changes.</summary>
/// <param name="CollectionId">The collection.</param>
/// <param name="Segments">Its segments, oldest first.</param>
/// <param name="Space">The space that the collection points to; null before its first.</param>
internal sealed record CollectionIndex(long CollectionId, IReadOnlyList<SegmentView> Segments, EmbeddingSpaceRow? Space = null)
{
    /// <summary>Takes documents out.</summary>
    /// <param name="documentIds">Ids; those that are not there are passed over.</param>
    /// <param name="removed">Receives, by segment, the places of the documents taken out.</param>
    public CollectionIndex Remove(IReadOnlyCollection<long> documentIds, Dictionary<long, List<int>> removed)
    {
        if (documentIds.Count == 0)
        {
            return this;
        }

        var segments = new SegmentView[Segments.Count];
        for (var i = 0; i < segments.Length; i++)
        {
            var view = Segments[i];
            var places = new List<int>();
            foreach (var id in documentIds)
            {
                var place = view.Segment.FindDocument(id);
                if (place >= 0 && view.Deletions?.ContainsDocument(place) != true)
                {
                    places.Add(place);
                }
            }

            if (places.Count > 0)
            {
                removed.Add(view.Segment.Id, places);
                view = view with { Deletions = Deletions.Add(view.Deletions, view.Segment.Content, places) };
            }

            segments[i] = view;
        }

        return this with { Segments = segments };
    }

    /// <summary>Finds a document that is there: its segment, and its place in it.</summary>
    public (Segment Segment, int Place)? Find(long documentId)
    {
        foreach (var view in Segments)
        {
            var place = view.Segment.FindDocument(documentId);
            if (place >= 0 && view.Deletions?.ContainsDocument(place) != true)
            {
                return (view.Segment, place);
            }
        }

        return null;
    }

    /// <summary>The texts of a document's chunks with their embeddings; empty when it is not there, or was embedded in another space than the collection's.</summary>
    /// <param name="documentId">The document.</param>
    /// <param name="text">Its text.</param>
    public IReadOnlyList<EmbeddedText> ReadEmbeddings(long documentId, string text)
    {
        if (Find(documentId) is not var (segment, place)
            || Space is null || segment.Space?.Fingerprint != Space.Fingerprint || segment.Content.Vectors is not { } vectors)
        {
            return [];
        }

        var first = segment.Content.Documents[place].FirstChunk;
        return [.. segment.Content.ReadTexts(place, text).Select((chunk, i) => new EmbeddedText(chunk, vectors.Get(first + i)))];
    }
}
