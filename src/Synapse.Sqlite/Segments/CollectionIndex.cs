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

    /// <summary>The texts of a document's chunks with their embeddings; empty when it is not there, or was embedded in another space than the collection's.</summary>
    /// <param name="documentId">The document.</param>
    /// <param name="text">Its text.</param>
    public IReadOnlyList<EmbeddedText> ReadEmbeddings(long documentId, string text)
    {
        foreach (var view in Segments)
        {
            var place = view.Segment.FindDocument(documentId);
            if (place < 0 || view.Deletions?.ContainsDocument(place) == true)
            {
                continue;
            }

            if (Space is null || view.Segment.Space?.Fingerprint != Space.Fingerprint || view.Segment.Content.Vectors is not { } vectors)
            {
                return [];
            }

            var document = view.Segment.Content.Documents[place];
            var embedded = new EmbeddedText[document.ChunkCount];
            for (var i = 0; i < embedded.Length; i++)
            {
                ref readonly var chunk = ref view.Segment.Content.Chunks[document.FirstChunk + i];
                embedded[i] = new EmbeddedText(text[chunk.StartOffset..chunk.EndOffset], vectors.Get(document.FirstChunk + i));
            }

            return embedded;
        }

        return [];
    }
}
