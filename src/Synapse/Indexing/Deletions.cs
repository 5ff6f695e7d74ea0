namespace Synapse.Indexing;

/// <summary>Which documents of a segment are gone. Never changes; removing more gives a new one.</summary>
internal sealed class Deletions
{
    private readonly ulong[] _chunkBits;

    private Deletions(ulong[] chunkBits, int[] documents, int chunkCount, long totalLength)
    {
        _chunkBits = chunkBits;
        Documents = documents;
        ChunkCount = chunkCount;
        TotalLength = totalLength;
    }

    /// <summary>Places of the documents, ascending.</summary>
    public int[] Documents { get; }

    /// <summary>Chunks of those documents.</summary>
    public int ChunkCount { get; }

    /// <summary>Sum of those chunks' BM25 lengths.</summary>
    public long TotalLength { get; }

    /// <summary>Whether a chunk is gone.</summary>
    public bool Contains(int chunk) => (_chunkBits[chunk >> 6] >> chunk & 1) != 0;

    /// <summary>Whether a document is gone.</summary>
    public bool ContainsDocument(int document) => Array.BinarySearch(Documents, document) >= 0;

    /// <summary>How many of a term's chunks are gone: counted exactly, by looking up the chunks that are gone in its postings.</summary>
    /// <param name="cursor">At the term's first chunk; it is moved.</param>
    /// <param name="segment">The segment.</param>
    public int CountOf(PostingsCursor cursor, ISegmentLayout segment)
    {
        var gone = 0;
        foreach (var document in Documents)
        {
            var (first, count) = segment.ChunksOf(document);
            for (cursor.MoveTo(first); cursor.Chunk < first + count; cursor.MoveNext())
            {
                gone++;
            }

            if (cursor.Chunk == PostingsCursor.End)
            {
                break;
            }
        }

        return gone;
    }

    /// <summary>Adds documents to those that are gone already.</summary>
    /// <returns>The same when there is nothing new.</returns>
    public static Deletions? Add(Deletions? before, ISegmentLayout segment, IEnumerable<int> documents)
    {
        var added = documents.Distinct().Where(document => before is null || !before.ContainsDocument(document)).ToArray();
        if (added.Length == 0)
        {
            return before;
        }

        var bits = before is null ? new ulong[(segment.Lengths.Length + 63) / 64] : (ulong[])before._chunkBits.Clone();
        var chunkCount = before?.ChunkCount ?? 0;
        var totalLength = before?.TotalLength ?? 0;
        foreach (var document in added)
        {
            var (first, count) = segment.ChunksOf(document);
            for (var chunk = first; chunk < first + count; chunk++)
            {
                bits[chunk >> 6] |= 1UL << chunk;
                totalLength += segment.Lengths[chunk];
            }

            chunkCount += count;
        }

        int[] all = [.. before?.Documents ?? [], .. added];
        Array.Sort(all);
        return new Deletions(bits, all, chunkCount, totalLength);
    }
}
