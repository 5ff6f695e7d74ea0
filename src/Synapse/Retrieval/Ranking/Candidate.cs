using Synapse.Storage;

namespace Synapse.Retrieval.Ranking;

/// <summary>A chunk on its way to be a hit, with what its score is made of so far.</summary>
internal sealed class Candidate(ChunkKey key, float bm25Score, float cosineSimilarity)
{
    private readonly List<ScorePart> _parts = new(6);
    private StoredChunk? _stored;

    /// <summary>The chunk.</summary>
    public ChunkKey Key { get; } = key;

    /// <summary>Score of the keyword side.</summary>
    public float Bm25Score { get; } = bm25Score;

    /// <summary>Score of the vector side.</summary>
    public float CosineSimilarity { get; } = cosineSimilarity;

    /// <summary>Whether either side holds it for related to the query at all: it has a word of the query, or a similarity above that of unrelated texts, which is 0.</summary>
    public bool HasEvidence => Bm25Score > 0 || CosineSimilarity > 0;

    /// <summary>Sum of the parts.</summary>
    public double Score { get; private set; }

    /// <summary>The parts, in the order in which they came.</summary>
    public IReadOnlyList<ScorePart> Parts => _parts;

    /// <summary>Where the chunk lies; known once the candidate was described.</summary>
    /// <exception cref="InvalidOperationException">It was not described yet.</exception>
    public StoredChunk Stored
    {
        get => _stored ?? throw new InvalidOperationException("The candidate has not been described yet.");
        set => _stored = value;
    }

    /// <summary>What the rules know of the chunk's file.</summary>
    public FileTraits File { get; set; } = FileTraits.None;

    /// <summary>Adds a part; one of 0 is left out.</summary>
    public void Add(string name, double value)
    {
        if (value != 0)
        {
            _parts.Add(new ScorePart(name, value));
            Score += value;
        }
    }

    /// <summary>Takes away a share of the score so far.</summary>
    /// <param name="name">Name of the penalty.</param>
    /// <param name="keptShare">What is kept, 0 to 1.</param>
    public void Damp(string name, double keptShare) => Add(name, -(1 - keptShare) * Score);

    /// <summary>The order of hits: score, then path, then position in the document, then key.</summary>
    public static int Compare(Candidate left, Candidate right)
    {
        var byScore = right.Score.CompareTo(left.Score);
        if (byScore != 0)
        {
            return byScore;
        }

        var byPath = string.CompareOrdinal(left.Stored.Path, right.Stored.Path);
        if (byPath != 0)
        {
            return byPath;
        }

        var byOrdinal = left.Stored.Chunk.Ordinal.CompareTo(right.Stored.Chunk.Ordinal);
        return byOrdinal != 0 ? byOrdinal : left.Key.Value.CompareTo(right.Key.Value);
    }
}
